import { useState } from 'react'
import { useLanguage, useT } from '../../app/i18n'
import { useDirectory } from '../../app/me'
import { moment } from '../../../shared/time'
import { useNow } from '../../app/useNow'
import { Button } from '../../ui/Button'
import { Dialog } from '../../ui/Dialog'
import { TextArea } from '../../ui/Field'
import type { ArticleText } from '../types'
import type { Fields } from './useText'

type Props = { theirs: ArticleText; mine: Fields; onTheirs: () => void; onMine: () => void; onBoth: (body: string) => void }

/** Two people wrote at once: both texts side by side, either one to keep, or a third made of both. */
export function Conflict({ theirs, mine, onTheirs, onMine, onBoth }: Props) {
  const t = useT()
  const ui = useLanguage()
  const now = useNow()
  const { agent } = useDirectory()
  const [own, setOwn] = useState(mine.body)
  const [closed, setClosed] = useState(false)
  const name = theirs.updated_by === null ? t('conflict.somebody') : (agent(theirs.updated_by)?.name ?? t('conflict.somebody'))
  const isEdited = own !== mine.body
  return (
    <>
      {closed && (
        <p role="alert" className="mx-6 mt-2 flex flex-wrap items-center gap-3 rounded-control bg-wrong-soft px-3 py-2">
          <span className="grow">{t('conflict.waits', { name })}</span>
          <Button onClick={() => setClosed(false)}>{t('conflict.decide')}</Button>
        </p>
      )}
      <Dialog open={!closed} onClose={() => setClosed(true)} title={t('conflict.title', { name })} wide>
        <div className="flex min-h-0 flex-col px-6 pb-5">
          <p className="text-secondary text-ink-2">{t('conflict.text', { name, ago: moment(theirs.updated_at, now, ui) })}</p>
          <div className="mt-3 grid min-h-0 grid-cols-2 gap-3 max-[719px]:grid-cols-1">
            <div className="flex min-h-0 flex-col">
              <p className="mb-1 text-secondary font-medium text-ink-2">{t('conflict.mine')}</p>
              <TextArea aria-label={t('conflict.mine')} value={own} onChange={(event) => setOwn(event.target.value)} rows={14} className="min-h-0 font-mono text-secondary" />
              {mine.title !== theirs.title && <p className="mt-1 truncate text-secondary text-ink-3">{t('conflict.titled', { title: mine.title })}</p>}
            </div>
            <div className="flex min-h-0 flex-col">
              <p className="mb-1 text-secondary font-medium text-ink-2">{t('conflict.theirs', { name })}</p>
              <TextArea readOnly aria-label={t('conflict.theirs', { name })} value={theirs.body} rows={14} className="min-h-0 bg-panel! font-mono text-secondary" />
              {mine.title !== theirs.title && <p className="mt-1 truncate text-secondary text-ink-3">{t('conflict.titled', { title: theirs.title })}</p>}
            </div>
          </div>
          <div className="mt-4 flex flex-wrap justify-end gap-2">
            <Button onClick={onTheirs}>{t('conflict.takeTheirs')}</Button>
            <Button variant="primary" onClick={() => (isEdited ? onBoth(own) : onMine())}>
              {t(isEdited ? 'conflict.keepEdited' : 'conflict.keepMine')}
            </Button>
          </div>
        </div>
      </Dialog>
    </>
  )
}
