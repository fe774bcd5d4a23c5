import { Check, Copy } from 'lucide-react'
import { useEffect, useState } from 'react'
import { useT } from '../app/i18n'
import { Button } from './Button'

/** Something to paste elsewhere, with the button that copies it. */
export function CopyBox({ text, label }: { text: string; label: string }) {
  const t = useT()
  const [copied, setCopied] = useState(false)
  useEffect(() => {
    if (!copied) return
    const timer = setTimeout(() => setCopied(false), 3_000)
    return () => clearTimeout(timer)
  }, [copied])
  return (
    <div className="flex items-start gap-2 max-[719px]:flex-col">
      <code aria-label={label} className="min-w-0 grow rounded-control border border-line-strong bg-panel px-3 py-1.5 text-secondary break-all select-all max-[719px]:w-full">
        {text}
      </code>
      <Button onClick={() => void navigator.clipboard.writeText(text).then(() => setCopied(true))} aria-live="polite" className="min-w-24">
        {copied ? <Check size={16} aria-hidden /> : <Copy size={16} aria-hidden />}
        {t(copied ? 'tokens.copied' : 'tokens.copy')}
      </Button>
    </div>
  )
}
