import { useTranslation } from 'react-i18next'

import { Button } from '@/ui/Button'

import css from './Sql.module.css'

const EXAMPLES = [
  ['names', 'SELECT type, event, count(*) AS events\nFROM events\nGROUP BY ALL\nORDER BY events DESC\nLIMIT 50'],
  ['days', "SELECT date_trunc('day', timestamp) AS day, count(*) AS events\nFROM events\nGROUP BY day\nORDER BY day DESC\nLIMIT 60"],
  ['sources', 'SELECT source, brand, count(*) AS events, max(timestamp) AS last\nFROM events\nGROUP BY ALL\nORDER BY events DESC'],
  ['people', 'SELECT *\nFROM profiles\nORDER BY first_seen DESC\nLIMIT 100'],
] as const

export function Examples({ onPick }: { onPick: (query: string) => void }) {
  const { t } = useTranslation()
  return (
    <div className={css.examples}>
      {EXAMPLES.map(([name, query]) => (
        <Button key={name} size="small" onPress={() => onPick(query)}>
          {t(`sql.example.${name}`)}
        </Button>
      ))}
    </div>
  )
}
