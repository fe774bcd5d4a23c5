import { ImageUp } from 'lucide-react'
import { useRef, useState } from 'react'
import { api } from '../api/client'
import { agentsQuery, keys } from '../api/queries'
import { useT } from '../app/i18n'
import { useMe } from '../app/me'
import { Avatar } from '../ui/Avatar'
import { Button } from '../ui/Button'
import { notify } from '../ui/toasts'
import { useChange } from './parts'

const TYPES = ['image/png', 'image/jpeg', 'image/webp']
/** Bytes; the server takes no more. */
const LARGEST = 1_000_000

/** One's own picture, as colleagues and customers see it. */
export function Picture() {
  const t = useT()
  const { agent } = useMe()
  const change = useChange([keys.me, agentsQuery.queryKey])
  const input = useRef<HTMLInputElement>(null)
  const [busy, setBusy] = useState(false)

  const choose = async (file: File | undefined) => {
    if (!file) return
    const wrong = !TYPES.includes(file.type) ? 'me.pictureWrongType' : file.size > LARGEST ? 'me.pictureTooLarge' : null
    if (wrong) {
      notify({ text: t(wrong), tone: 'wrong', seconds: 10 })
      return
    }
    const form = new FormData()
    form.set('file', file)
    setBusy(true)
    await change(() => api.replace('/api/me/picture', form), t('state.saved'))
    setBusy(false)
  }
  return (
    <section aria-label={t('me.picture')} className="mb-6 flex items-center gap-4">
      <Avatar name={agent.name} picture={agent.picture_url} size={64} />
      <div className="flex min-w-0 flex-col gap-2">
        <div className="flex flex-wrap gap-2">
          <Button busy={busy} onClick={() => input.current?.click()}>
            <ImageUp size={16} aria-hidden />
            {t('me.pictureChoose')}
          </Button>
          {agent.picture_url && (
            <Button variant="plain" onClick={() => void change(() => api.delete('/api/me/picture'), t('state.saved'))}>
              {t('me.pictureRemove')}
            </Button>
          )}
        </div>
        <p className="text-secondary text-ink-3">{t('me.pictureText')}</p>
      </div>
      <input
        ref={input}
        type="file"
        accept={TYPES.join(',')}
        hidden
        onChange={(event) => {
          void choose(event.target.files?.[0])
          event.target.value = ''
        }}
      />
    </section>
  )
}
