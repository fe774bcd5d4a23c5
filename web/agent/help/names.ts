import type { Language } from '../../shared/i18n'
import { locale } from '../../shared/time'
import type { Collection } from './types'

/** "Italian" of "it", in the reader's language, beginning with a capital. */
export function languageName(tag: string, language: Language): string {
  try {
    const name = new Intl.DisplayNames([locale(language)], { type: 'language' }).of(tag) ?? tag
    return name.charAt(0).toLocaleUpperCase(language) + name.slice(1)
  } catch {
    return tag
  }
}

/** The name of a collection in the language asked for, else in any. */
export function collectionName(collection: Collection, wanted: readonly string[]): string {
  for (const tag of wanted) {
    const words = collection.texts[tag]
    if (words?.title) return words.title
  }
  return Object.values(collection.texts)[0]?.title ?? '–'
}

/** Collections as they stand on the page: each followed by those below it. */
export function shelves(collections: readonly Collection[]): { collection: Collection; depth: 0 | 1 }[] {
  const sorted = collections.toSorted((a, b) => a.position - b.position || a.id - b.id)
  return sorted
    .filter((one) => one.parent_id === null)
    .flatMap((one) => [{ collection: one, depth: 0 as const }, ...sorted.filter((child) => child.parent_id === one.id).map((child) => ({ collection: child, depth: 1 as const }))])
}
