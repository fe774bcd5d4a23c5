import { useEffect, useRef, useState } from 'preact/hooks'
import type { Words } from './i18n'

const LONGEST_MS = 5 * 60_000
const KINDS = [['audio/webm', 'webm'], ['audio/mp4', 'm4a'], ['audio/ogg', 'ogg']] as const

export const canRecord = () => !!navigator.mediaDevices?.getUserMedia && 'MediaRecorder' in window

type Step = 'asking' | 'recording' | 'denied' | 'none'

/** Says what will happen, asks the browser, records, and hands over one file; null when the visitor changes their mind. */
export function Voice({ words, onDone }: { words: Words; onDone: (file: File | null) => void }) {
  const { t, language } = words
  const first = useRef<HTMLButtonElement>(null)
  const recorder = useRef<MediaRecorder | null>(null)
  const isCancelled = useRef(false)
  const [step, setStep] = useState<Step>('asking')
  const [seconds, setSeconds] = useState(0)

  useEffect(() => first.current?.focus(), [step])
  useEffect(() => {
    if (step !== 'recording') return
    const started = Date.now()
    const timer = setInterval(() => {
      setSeconds(Math.round((Date.now() - started) / 1000))
      if (Date.now() - started > LONGEST_MS) recorder.current?.stop()
    }, 250)
    return () => clearInterval(timer)
  }, [step])
  useEffect(
    () => () => {
      isCancelled.current = true
      recorder.current?.stop()
    },
    [],
  )

  async function record(): Promise<void> {
    try {
      const stream = await navigator.mediaDevices.getUserMedia({ audio: true })
      if (isCancelled.current) return stop(stream)
      const [type, ending] = KINDS.find(([kind]) => MediaRecorder.isTypeSupported(kind)) ?? ['', 'webm']
      const mine = new MediaRecorder(stream, { ...(type ? { mimeType: type } : {}), audioBitsPerSecond: 32_000 })
      const parts: Blob[] = []
      mine.ondataavailable = (event) => parts.push(event.data)
      mine.onstop = () => {
        stop(stream)
        if (!isCancelled.current) onDone(new File(parts, `${t('voiceNote')}.${ending}`, { type: type || 'audio/webm' }))
      }
      mine.start()
      recorder.current = mine
      setStep('recording')
    } catch (error) {
      setStep((error as DOMException).name === 'NotFoundError' ? 'none' : 'denied')
    }
  }

  return (
    <div class="voice">
      {step === 'recording' ? (
        <>
          <p role="timer" class="recording">
            {t('recording', { time: `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}` })}
          </p>
          <button ref={first} type="button" class="secondary" onClick={() => recorder.current?.stop()}>{t('voiceStop')}</button>
        </>
      ) : (
        <>
          <p role={step === 'asking' ? undefined : 'alert'} lang={language}>
            {t(step === 'asking' ? 'voiceAsk' : step === 'none' ? 'voiceNone' : 'voiceDenied')}
          </p>
          {step === 'asking' && <button ref={first} type="button" class="secondary" onClick={record}>{t('voiceAllow')}</button>}
        </>
      )}
      <button type="button" class="link" onClick={() => onDone(null)}>{t('cancel')}</button>
    </div>
  )
}

function stop(stream: MediaStream): void {
  for (const track of stream.getTracks()) track.stop()
}
