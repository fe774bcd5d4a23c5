import logo from '../ui/hark.svg'
import type { ReactNode } from 'react'
import { LANGUAGES } from '../../shared/i18n'
import { useLanguage, useT } from '../app/i18n'
import { setPreference } from '../app/preferences'

/** The quiet page in front of the workspace: sign-in and first run. */
export function Door(props: { title: string; text?: string; wide?: boolean; children: ReactNode }) {
  const t = useT()
  const language = useLanguage()
  return (
    <main className="flex h-full flex-col overflow-y-auto bg-panel px-4">
      <div className={`fade-in m-auto w-full py-8 ${props.wide ? 'max-w-[560px]' : 'max-w-[360px]'}`}>
        <img src={logo} alt="Hark" width={40} height={40} className="mb-6" />
        <h1 className="text-title leading-7 font-strong">{props.title}</h1>
        {props.text && <p className="mt-1 text-ink-2">{props.text}</p>}
        <div className="mt-6">{props.children}</div>
      </div>
      <nav aria-label={t('look.language')} className="flex justify-center gap-1 pb-4 text-secondary">
        {LANGUAGES.map((one) => (
          <button
            key={one}
            type="button"
            lang={one}
            aria-pressed={one === language}
            onClick={() => setPreference('language', one)}
            className="target rounded-control px-2 text-ink-3 hover:text-ink aria-pressed:font-medium aria-pressed:text-ink"
          >
            {t(`language.${one}`)}
          </button>
        ))}
      </nav>
    </main>
  )
}
