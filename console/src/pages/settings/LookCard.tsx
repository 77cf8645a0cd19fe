import { Monitor, Moon, Sun } from 'lucide-react'
import { useTranslation } from 'react-i18next'

import { LANGUAGES, type Language } from '@/i18n/language'
import { changeLanguage } from '@/i18n/setup'
import { useTheme } from '@/shell/theme'
import { Card } from '@/ui/Card'
import { SegmentedControl } from '@/ui/SegmentedControl'

import css from './Settings.module.css'

export function LookCard() {
  const { t, i18n } = useTranslation()
  const [theme, setTheme] = useTheme()
  return (
    <Card title={t('settings.look')} note={t('settings.lookNote')}>
      <div className={css.rows}>
        <div className={css.row}>
          <span>{t('settings.language')}</span>
          <SegmentedControl
            label={t('settings.language')}
            choices={LANGUAGES.map(({ id, name }) => ({ value: id, label: name }))}
            value={i18n.language as Language}
            onChange={(language) => void changeLanguage(language)}
          />
        </div>
        <div className={css.row}>
          <span>{t('settings.theme')}</span>
          <SegmentedControl
            label={t('settings.theme')}
            choices={[
              { value: 'system', label: t('shell.theme.system'), icon: Monitor },
              { value: 'light', label: t('shell.theme.light'), icon: Sun },
              { value: 'dark', label: t('shell.theme.dark'), icon: Moon },
            ]}
            value={theme}
            onChange={setTheme}
          />
        </div>
      </div>
    </Card>
  )
}
