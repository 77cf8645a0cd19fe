import { useTranslation } from 'react-i18next'

import { Button } from './Button'
import css from './Page.module.css'

interface Props {
  onMore: () => void
  loading: boolean
}

/** The next page of a list that is not a table. */
export function LoadMore({ onMore, loading }: Props) {
  const { t } = useTranslation()
  return (
    <div className={css.more}>
      <Button onPress={onMore} isPending={loading}>
        {t('ui.more')}
      </Button>
    </div>
  )
}
