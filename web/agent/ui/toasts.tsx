import { X } from 'lucide-react'
import { useEffect, useSyncExternalStore } from 'react'
import { useT } from '../app/i18n'
import { IconButton } from './Button'

export type Toast = { id: number; text: string; until: number; tone?: 'wrong'; action?: { label: string; run: () => void } }

let toasts: readonly Toast[] = []
let nextId = 1
const listeners = new Set<() => void>()

function set(next: readonly Toast[]): void {
  toasts = next
  for (const listener of listeners) listener()
}

/** Says what was done, for `seconds`, with the way back where there is one. Returns what takes it away. */
export function notify(toast: { text: string; seconds?: number; tone?: 'wrong'; action?: { label: string; run: () => void } }): () => void {
  const id = nextId++
  const { seconds = 6, ...rest } = toast
  set([...toasts.slice(-1), { ...rest, id, until: Date.now() + seconds * 1000 }])
  return () => dismiss(id)
}

export function dismiss(id: number): void {
  set(toasts.filter((toast) => toast.id !== id))
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

export function Toasts() {
  const t = useT()
  const shown = useSyncExternalStore(subscribe, () => toasts)
  useEffect(() => {
    if (shown.length === 0) return
    const first = Math.min(...shown.map((toast) => toast.until))
    const timer = setTimeout(() => set(toasts.filter((toast) => toast.until > Date.now())), Math.max(0, first - Date.now()) + 20)
    return () => clearTimeout(timer)
  }, [shown])
  return (
    <div role="status" aria-live="polite" className="pointer-events-none fixed right-4 bottom-4 z-60 flex max-w-[calc(100vw-32px)] flex-col items-end gap-2 max-[1099px]:top-14 max-[1099px]:bottom-auto">
      {shown.map((toast) => (
        <div
          key={toast.id}
          className="fade-in pointer-events-auto flex min-h-10 max-w-[560px] items-center gap-2 rounded-card bg-ink py-1 pr-1 pl-4 text-paper shadow-float"
        >
          <span className="min-w-0">{toast.text}</span>
          {toast.action && (
            <button
              type="button"
              className="target shrink-0 rounded-control px-2 font-strong underline underline-offset-2 hover:no-underline"
              onClick={() => {
                dismiss(toast.id)
                toast.action?.run()
              }}
            >
              {toast.action.label}
            </button>
          )}
          <IconButton label={t('action.close')} className="text-paper! opacity-70 hover:bg-transparent hover:opacity-100" onClick={() => dismiss(toast.id)}>
            <X size={14} aria-hidden />
          </IconButton>
        </div>
      ))}
    </div>
  )
}
