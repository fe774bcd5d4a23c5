import { Paperclip, SendHorizontal } from 'lucide-react'
import { useEffect, useState } from 'react'
import { isLanguage } from '../../../shared/i18n'
import { palette } from '../../../shared/color'
import type { Messenger } from '../../api/messenger'
import { loadStrings, useT } from '../../app/i18n'
import { useDirectory } from '../../app/me'
import { useTheme } from '../../app/useTheme'
import type { Strings } from '../../strings/en'
import { Avatar } from '../../ui/Avatar'
import type { Look } from './LookFields'

/** As many as the messenger shows. */
const FACES = 4

/** A picture of the messenger as it is set up: the same correction of the colour as on the site, in the theme on screen. */
export function Preview({ look, language, messenger }: { look: Look; language: string; messenger: Messenger | null }) {
  const t = useT()
  const strings = useStrings(language)
  const sample = (key: 'messenger.sampleQuestion' | 'messenger.sampleAnswer' | 'messenger.samplePlaceholder') => (strings ? String(strings[key]) : t(key))
  const { agents } = useDirectory()
  const { fill, onFill } = palette(look.color, useTheme() === 'dark')
  const team = messenger?.team_id ?? null
  const faces = agents
    .filter((agent) => !agent.disabled_at && (team === null || agent.team_ids.includes(team)))
    .toSorted((a, b) => Number(Boolean(b.picture_url)) - Number(Boolean(a.picture_url)) || a.id - b.id)
    .slice(0, FACES)
  const words = (said: Record<string, string>) => said[language] || said[messenger?.locale_default ?? 'en'] || Object.values(said).find(Boolean) || ''
  const greeting = words(look.greeting)
  return (
    <aside aria-label={t('messenger.preview')} className="max-[1099px]:row-start-1">
      <div className="sticky top-6 max-[1099px]:static max-[1099px]:mx-auto max-[1099px]:max-w-[320px]">
        <p className="mb-2 text-secondary text-ink-3">{t('messenger.preview')}</p>
        <div aria-hidden lang={language} className="overflow-hidden rounded-[16px] bg-float shadow-float">
          <div className="px-5 pt-5 pb-6" style={{ background: fill, color: onFill }}>
            {look.show_faces && (
              <span className="mb-4 flex -space-x-1.5">
                {faces.map((agent) => (
                  <span key={agent.id} className="inline-flex rounded-full p-0.5" style={{ background: fill }}>
                    <Avatar name={agent.name} picture={agent.picture_url} size={32} />
                  </span>
                ))}
              </span>
            )}
            <p className="text-title leading-7 font-strong break-words">{words(look.title) || messenger?.name || t('settings.messengers')}</p>
            {greeting && <p className="mt-1 break-words">{greeting}</p>}
          </div>
          <div className="flex flex-col gap-2 p-4 max-[719px]:hidden">
            <p className="max-w-[85%] self-end rounded-[16px] px-3.5 py-2" style={{ background: fill, color: onFill }}>
              {sample('messenger.sampleQuestion')}
            </p>
            <p className="max-w-[85%] self-start rounded-[16px] border border-line bg-panel px-3.5 py-2">{sample('messenger.sampleAnswer')}</p>
            <div className="mt-4 flex items-center gap-2 rounded-[12px] border border-line-strong px-3 py-2 text-ink-3">
              <span className="grow">{sample('messenger.samplePlaceholder')}</span>
              <Paperclip size={16} />
              <SendHorizontal size={16} />
            </div>
          </div>
        </div>
      </div>
    </aside>
  )
}

/** The words of a language, so that the picture speaks one alone. Null until they are there, or where we have none. */
function useStrings(language: string): Strings | null {
  const [strings, setStrings] = useState<Strings | null>(null)
  useEffect(() => {
    let stale = false
    if (isLanguage(language)) void loadStrings(language).then((loaded) => !stale && setStrings(loaded))
    else setStrings(null)
    return () => {
      stale = true
    }
  }, [language])
  return strings
}
