import type { Centre } from '../types'

/** Where readers find a text: on the first domain of its own, else below Hark's address. */
export function publicAddress(centre: Centre, language: string, slug: string): string {
  const path = `/${language}/articles/${encodeURIComponent(slug)}`
  const domain = centre.domains[0]
  return domain ? `https://${domain}${path}` : `/help/${centre.slug}${path}`
}
