import { useTranslation } from 'react-i18next'

import { Dialog } from '@/ui/Dialog'
import { Kbd } from '@/ui/Kbd'

import css from './KeyboardHelp.module.css'
import { PAGES } from './nav'

const MAC = /Mac|iPhone|iPad/.test(navigator.userAgent)

export default function KeyboardHelp({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation()
  const everywhere: [string, string][] = [
    [MAC ? '⌘ K' : 'Ctrl K', t('shell.jump')],
    ['/', t('shell.keys.search')],
    ['?', t('shell.help')],
    ['Esc', t('shell.keys.close')],
    ['↑ ↓', t('shell.keys.move')],
    ['Enter', t('shell.keys.open')],
  ]
  const jumps = PAGES.map((page): [string, string] => [`g ${page.jump}`, t(page.title)])
  return (
    <Dialog open onClose={onClose} title={t('shell.help')} wide>
      <div className={css.columns}>
        <Keys title={t('shell.keys.everywhere')} rows={everywhere} />
        <Keys title={t('shell.keys.jumps')} rows={jumps} />
      </div>
    </Dialog>
  )
}

function Keys({ title, rows }: { title: string; rows: [string, string][] }) {
  return (
    <section>
      <h3 className={css.title}>{title}</h3>
      <dl className={css.list}>
        {rows.map(([keys, meaning]) => (
          <div key={keys} className={css.row}>
            <dt>{meaning}</dt>
            <dd>
              <Kbd keys={keys} />
            </dd>
          </div>
        ))}
      </dl>
    </section>
  )
}
