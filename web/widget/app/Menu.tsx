import { useEffect, useRef, useState } from 'preact/hooks'
import { Refusal } from './api'
import { Icon } from './Icon'
import type { Words } from './i18n'
import { mute, saveContact, sendTranscript, store } from './messenger'
import { AddressForm } from './Ask'
import type { Inbox, Visitor } from './protocol'
import { useStore } from './store'

/** What can be done with a conversation: a transcript by mail, sound on and off. */
export function Menu({ id, words, inbox, visitor }: { id: string; words: Words; inbox: Inbox; visitor: Visitor }) {
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

  async function transcript(address: string): Promise<void> {
    try {
      await sendTranscript(id)
      setSaid(t('transcriptSent', { address }))
    } catch (error) {
      setSaid(error instanceof Refusal && error.status === 429 ? t('transcriptSoon') : t('notSaved'))
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
            <AddressForm words={words} onSave={async (address) => { await saveContact({ address }); setAsksAddress(false); await transcript(address) }} />
          ) : (
            <button type="button" onClick={() => (visitor.address ? void transcript(visitor.address) : setAsksAddress(true))}>
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
