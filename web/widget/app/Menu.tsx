import { useEffect, useRef, useState } from 'preact/hooks'
import type { Refusal } from './api'
import { Icon } from './Icon'
import type { Words } from './i18n'
import { mute, saveContact, sendTranscript, store } from './messenger'
import { AddressForm } from './Ask'
import type { Inbox } from './protocol'
import { useStore } from './useStore'

/** What can be done with a conversation: a transcript by mail, sound on and off. */
export function Menu({ id, words, inbox }: { id: string; words: Words; inbox: Inbox }) {
  const { t } = words
  const root = useRef<HTMLDivElement>(null)
  const [isOpen, setIsOpen] = useState(false)
  const [said, setSaid] = useState('')
  const [asksAddress, setAsksAddress] = useState(false)
  const isMuted = useStore(store, (state) => state.muted)

  useEffect(() => {
    if (!isOpen) return
    const away = (event: Event) => !root.current?.contains(event.target as Node) && setIsOpen(false)
    document.addEventListener('pointerdown', away)
    return () => document.removeEventListener('pointerdown', away)
  }, [isOpen])

  async function transcript(): Promise<void> {
    try {
      await sendTranscript(id)
      setSaid(t('transcriptSent'))
    } catch (error) {
      const { code, status } = error as Refusal
      if (code === 'no_address') setAsksAddress(true)
      else setSaid(t(code === 'no_reply_mailbox' ? 'transcriptNone' : status === 429 ? 'transcriptSoon' : 'notSaved'))
    }
  }

  return (
    // oxlint-disable-next-line jsx-a11y/no-static-element-interactions -- Escape closes it, wherever the focus is inside
    <div
      ref={root}
      class="menu"
      onKeyDown={(event) => {
        if (event.key !== 'Escape' || !isOpen) return
        event.preventDefault()
        setIsOpen(false)
        root.current?.querySelector('button')?.focus()
      }}
    >
      <button type="button" class="icon" aria-label={t('menu')} aria-expanded={isOpen} onClick={() => { setIsOpen(!isOpen); setSaid(''); setAsksAddress(false) }}>
        <Icon name="more" />
      </button>
      {isOpen && (
        <div class="popup">
          {asksAddress ? (
            <AddressForm words={words} onSave={async (address) => { await saveContact({ address }); setAsksAddress(false); await transcript() }} />
          ) : (
            <button type="button" onClick={() => void transcript()}>
              {t('transcript')}
            </button>
          )}
          {said && <p role="status">{said}</p>}
          {inbox.sound && (
            <button type="button" onClick={() => mute(!isMuted)}>
              {t(isMuted ? 'soundOn' : 'soundOff')}
            </button>
          )}
        </div>
      )}
    </div>
  )
}
