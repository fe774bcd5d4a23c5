/** String catalogues with typed keys: one literal per language, the English one is the type. */

export const LANGUAGES = ['en', 'ko', 'it'] as const
export type Language = (typeof LANGUAGES)[number]

/** A plain sentence, or one per plural form of `{n}` (Intl.PluralRules of the language). */
export type Message = string | { one: string; other: string }
export type Variables = Record<string, string | number>

export function isLanguage(value: string | null | undefined): value is Language {
  return LANGUAGES.includes(value as Language)
}

/** The first of the reader's languages we speak, else English. `ko-KR` counts as `ko`. */
export function chooseLanguage(preferred: readonly string[]): Language {
  for (const tag of preferred) {
    const base = tag.toLowerCase().split('-')[0]
    if (isLanguage(base)) return base
  }
  return 'en'
}

/** Fills `{name}` places; a plural message chooses its form by `variables.n`. */
export function fill(message: Message, variables: Variables, language: Language): string {
  const text = typeof message === 'string' ? message : pluralForm(message, Number(variables.n), language)
  return text.replace(/\{(\w+)\}/g, (place, name: string) => {
    const value = variables[name]
    if (value === undefined) return place
    return typeof value === 'number' ? new Intl.NumberFormat(language).format(value) : value
  })
}

function pluralForm(message: { one: string; other: string }, n: number, language: Language): string {
  return new Intl.PluralRules(language).select(n) === 'one' ? message.one : message.other
}
