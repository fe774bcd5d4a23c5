import { createContext, type ReactNode, useContext, useEffect, useMemo, useState } from 'react'
import { chooseLanguage, fill, isLanguage, type Language, type Variables } from '../../shared/i18n'
import { en, type Strings } from '../strings/en'
import { preference, usePreference } from './preferences'

export type Key = keyof Strings
export type Translate = (key: Key, variables?: Variables) => string

const LOADERS: Record<Exclude<Language, 'en'>, () => Promise<Strings>> = {
  ko: () => import('../strings/ko').then((module) => module.ko),
  it: () => import('../strings/it').then((module) => module.it),
}

const Context = createContext<{ language: Language; t: Translate }>({
  language: 'en',
  t: (key, variables = {}) => fill(en[key], variables, 'en'),
})

export function currentLanguage(): Language {
  const chosen = preference('language')
  return isLanguage(chosen) ? chosen : chooseLanguage(navigator.languages)
}

export function loadStrings(language: Language): Promise<Strings> {
  return language === 'en' ? Promise.resolve(en) : LOADERS[language]()
}

/** Gives the tree its language; a change keeps the old words on screen until the new ones are there. */
export function LanguageProvider(props: { initial: { language: Language; strings: Strings }; children: ReactNode }) {
  const [chosen] = usePreference('language')
  const [current, setCurrent] = useState(props.initial)
  const wanted = isLanguage(chosen) ? chosen : chooseLanguage(navigator.languages)

  useEffect(() => {
    let stale = false
    void loadStrings(wanted).then((strings) => {
      if (!stale) setCurrent({ language: wanted, strings })
    })
    return () => {
      stale = true
    }
  }, [wanted])

  useEffect(() => {
    document.documentElement.lang = current.language
  }, [current.language])

  const value = useMemo(
    () => ({
      language: current.language,
      t: (key: Key, variables: Variables = {}) => fill(current.strings[key], variables, current.language),
    }),
    [current],
  )
  return <Context value={value}>{props.children}</Context>
}

export function useT(): Translate {
  return useContext(Context).t
}

export function useLanguage(): Language {
  return useContext(Context).language
}
