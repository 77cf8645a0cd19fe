import { useTranslation } from 'react-i18next'

import { traitPreviewQuery, type TraitPreview as Told } from '@/api/audiences'
import { isHoled, readComputation, readModel } from '@/conditions/computations'
import { Avatar } from '@/ui/Avatar'
import { PersonLink } from '@/ui/PersonLine'

import { TraitValue } from '../profile/TraitValue'
import { CountOfPeople } from '../segments/LivePreview'
import { PreviewCard, usePreviewed, type Previewed } from '../segments/PreviewCard'
import css from '../segments/Segments.module.css'

/** What a model says is known once it was trained. */
function isOpen(trait: unknown): boolean {
  const parts = readComputation(trait)
  return (parts !== undefined && isHoled(parts)) || readModel(trait) !== undefined
}

/** Nothing is asked of what is not `wanted`. */
export function useTraitPreview(trait: unknown, wanted = true): Previewed<Told> {
  return usePreviewed(trait, (settled) => !wanted || isOpen(settled), traitPreviewQuery)
}

/** How many would have a value, and which some of them would have, while one still writes. */
export function TraitPreview({ preview }: { preview: Previewed<Told> }) {
  const { t } = useTranslation()
  return (
    <PreviewCard title={t('traits.preview.title')} preview={preview} refused={t('traits.preview.refused')}>
      {({ count, sample, exact }) => (
        <>
          <CountOfPeople count={count} least={!exact} note={t('traits.preview.people', { count })} />
          {sample.length > 0 && (
            <section className={css.sample}>
              <h3>{t('traits.preview.sample')}</h3>
              <ul>
                {sample.map(({ profile, value }) => (
                  <li key={profile.id}>
                    <Avatar name={profile.name} known={profile.known} />
                    <PersonLink person={profile} />
                    <span className={css.sampleValue}>
                      <TraitValue value={value} />
                    </span>
                  </li>
                ))}
              </ul>
            </section>
          )}
        </>
      )}
    </PreviewCard>
  )
}
