/** Languages offered by name; the API takes any tag. */
export const COMMON = ['en', 'it', 'ko', 'de', 'fr', 'es', 'pt', 'pt-BR', 'nl', 'pl', 'cs', 'sv', 'da', 'nb', 'fi', 'el', 'tr', 'uk', 'ru', 'ro', 'hu', 'ja', 'zh-Hans', 'zh-Hant', 'id', 'vi', 'th', 'hi', 'ar', 'he'] as const
