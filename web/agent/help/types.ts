/** The shapes of the help centre's API. */
export type Visibility = 'public' | 'internal' | 'segment'
export type TextState = 'missing' | 'draft' | 'review' | 'published' | 'archived'

export type HomeTexts = { title: string; greeting: string; description: string; footer: string }
export type Theme = { color: string; scheme: 'auto' | 'light' | 'dark'; font: 'system' | 'serif'; home_url: string }
export type Centre = {
  id: number
  name: string
  slug: string
  domains: string[]
  languages: string[]
  published: boolean
  visibility: Visibility
  condition: Record<string, unknown> | null
  theme: Theme
  home: Record<string, HomeTexts>
  logo_id: string | null
  logo_url: string | null
  articles_live: number
  articles: number
  can: string[]
}
/** How a centre meets its readers: its messenger, its form, what is measured. */
export type PublicSettings = {
  messenger_id: number | null
  mailbox_id: number | null
  indexed: boolean
  measure: boolean
  respect_dnt: boolean
  holdout_percent: number
}
export type CollectionWords = { title: string; slug: string; description: string }
export type Collection = {
  id: number
  centre_id: number
  parent_id: number | null
  position: number
  icon: string
  texts: Record<string, CollectionWords>
  articles: number
  can: string[]
}
export type LanguageState = {
  language: string
  state: TextState
  live: boolean
  changed: boolean
  stale: boolean
  title: string
  slug: string
  updated_at: string | null
  live_at: string | null
  reviewer_id: number | null
}
type Head = {
  id: number
  centre_id: number
  collection_id: number | null
  position: number
  visibility: Visibility
  source_language: string
  author_id: number | null
  created_at: string
  updated_at: string
  languages: LanguageState[]
  can: string[]
}
export type ArticleRow = Head & { title: string }
export type ArticleText = {
  language: string
  title: string
  slug: string
  summary: string
  body: string
  keywords: string[]
  state: TextState
  version: number
  live_version: number | null
  live_slug: string | null
  first_live_at: string | null
  live_at: string | null
  changed: boolean
  stale: boolean
  made_from: number | null
  live_source: number | null
  reviewer_id: number | null
  review_asked_by: number | null
  review_asked_at: string | null
  review_note: string
  updated_at: string
  updated_by: number | null
}
export type Article = Head & {
  condition: Record<string, unknown> | null
  related: { id: number; title: string }[]
  origin: Record<string, unknown> | null
  texts: Record<string, ArticleText>
}
export type BrokenLink = { article_id: number; language: string; title: string; target: string; text: string; problem: 'missing' | 'not_published' | 'hidden' | 'no_heading' }
export type Published = { article: Article; broken_links: BrokenLink[] }
export type Version = { number: number; title: string; created_at: string; created_by: number | null; live: boolean }
export type Piece = { sign: -1 | 0 | 1; text: string }
export type DiffLine = { sign: -1 | 0 | 1 | 2; pieces: Piece[]; old: number | null; new: number | null; skipped: number }
export type Diff = { older: number | null; newer: number | null; fields: Record<string, Piece[]>; body: DiffLine[] }
export type Rendered = { html: string; headings: { level: number; id: string; text: string }[]; broken_links: BrokenLink[] }
export type Redirect = {
  id: number
  centre_id: number
  language: string
  path: string
  article_id: number | null
  collection_id: number | null
  target: string | null
  automatic: boolean
  title: string
  created_at: string
}
export type HelpFile = { id: string; name: string; content_type: string; size: number; width: number | null; height: number | null; url: string }
export type HelpImport = {
  id: number
  centre_id: number
  kind: 'markdown' | 'zendesk' | 'intercom'
  name: string
  publish: boolean
  state: 'waiting' | 'running' | 'done' | 'failed'
  done: number
  total: number
  counts: { created: number; updated: number; unchanged: number; kept: number; skipped: number }
  problems: { item: string; sentence: string }[]
  problem_count: number
  problem: string | null
  created_at: string
  finished_at: string | null
}
/** What a save sends; `version` is the text it began from. */
export type SaveText = { version: number; title?: string; slug?: string; summary?: string; body?: string; keywords?: string[]; made_from?: number }
