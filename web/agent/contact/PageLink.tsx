import { ExternalLink } from 'lucide-react'
import { useT } from '../app/i18n'
import { safeUrl } from './visitor'

/** A page of the customer's as a link that tells it nothing; what is no web address stays text. */
export function PageLink({ url, text }: { url: string | null; text: string }) {
  const t = useT()
  const target = url === null ? null : safeUrl(url)
  if (!target) return <span className="line-clamp-2 break-words">{text}</span>
  return (
    <a
      href={target.href}
      target="_blank"
      rel="noopener noreferrer nofollow"
      title={target.href}
      aria-label={t('visitor.opens', { title: text })}
      className="line-clamp-2 max-w-full break-words no-underline hover:underline"
    >
      {text}
      {'\u00a0' /* keeps the sign with the last word */}
      <ExternalLink size={12} className="inline-block align-[-1px]" aria-hidden />
    </a>
  )
}
