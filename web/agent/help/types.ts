/** The shapes of the help centre's API, by the names its pages use. */
import type { components } from '../../shared/api.gen'

type Schema = components['schemas']
/** Fields with a default are optional to send and always there to read. */
type Answer<T> = { [K in keyof T]-?: Exclude<T[K], undefined> }

export type Visibility = Centre['visibility']
export type TextState = LanguageState['state']
export type HomeTexts = Answer<Schema['HomeTexts']>
export type Theme = Answer<Schema['Theme']>
export type Centre = Omit<Schema['Centre'], 'theme' | 'home'> & { theme: Theme; home: Record<string, HomeTexts> }
export type PublicSettings = Schema['PublicSettings']
export type Collection = Schema['Collection']
export type LanguageState = Answer<Schema['LanguageState']>
export type ArticleRow = Omit<Schema['ArticleRow'], 'languages'> & { languages: LanguageState[] }
export type ArticleText = Schema['ArticleText']
export type Article = Omit<Schema['Article'], 'languages'> & { languages: LanguageState[] }
export type BrokenLink = Schema['BrokenLink']
export type Published = Omit<Schema['Published'], 'article'> & { article: Article }
export type Version = Schema['Version']
export type Piece = Schema['Piece']
export type DiffLine = Answer<Schema['DiffLine']>
export type Diff = Omit<Schema['Diff'], 'body'> & { body: DiffLine[] }
export type Rendered = Answer<Schema['Rendered']>
export type Redirect = Schema['Redirect']
export type HelpFile = Schema['HelpFile']
export type HelpImport = Schema['HelpImport']
export type SynonymGroups = Schema['SearchSynonyms']
export type ArticleMatch = Schema['ArticleMatch']
export type SaveText = Schema['SaveText']
