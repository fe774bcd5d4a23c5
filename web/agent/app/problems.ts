import { Problem } from '../api/client'
import { useT } from './i18n'

/** The words for an error: the server's own sentence where it has one, else what happened, what is safe, what to do. */
export function useProblemText(): (error: unknown) => { title: string; text?: string } {
  const t = useT()
  return (error) => {
    if (!(error instanceof Problem)) return { title: t('error.unexpected'), text: error instanceof Error ? error.message : undefined }
    if (error.status === 0) return { title: t('error.unreachable'), text: t('error.unreachableText') }
    if (error.status === 403) return { title: t('error.forbidden'), text: error.detail ?? undefined }
    if (error.status === 404) return { title: t('error.notFound'), text: t('error.notFoundText') }
    if (error.status >= 500) return { title: t('error.server'), text: error.detail ?? t('error.serverText') }
    return { title: error.detail ?? error.title }
  }
}
