/** Files of one composer: uploaded at once, each with its own fate, so that a message only ever names files the server has. */
import { useState } from 'preact/hooks'
import { Refusal } from './api'
import { bytes, type Words } from './i18n'
import { uploadFile } from './messenger'
import type { Attachment } from './protocol'
import { uuid } from './uuid'

export type Upload = { id: string; file: File; share: number; done: Attachment | null; problem: string }

const TRIES = 3
const PAUSE_MS = 1_500

export function useUploads(words: Words, maxBytes: number) {
  const [uploads, setUploads] = useState<Upload[]>([])
  const change = (id: string, with_: Partial<Upload>) => setUploads((all) => all.map((one) => (one.id === id ? { ...one, ...with_ } : one)))

  async function run({ id, file }: Upload): Promise<void> {
    change(id, { problem: '', share: 0 })
    for (let tries = 1; ; tries += 1) {
      try {
        const done = await uploadFile(file, (share) => change(id, { share }))
        return change(id, { done, share: 1 })
      } catch (error) {
        const lasting = error instanceof Refusal && error.lasting
        if (lasting || tries >= TRIES) {
          const isKind = error instanceof Refusal && error.code === 'file_type'
          return change(id, { problem: words.t(isKind ? 'fileKind' : 'uploadFailed', { name: file.name }) })
        }
        await new Promise((resolve) => setTimeout(resolve, PAUSE_MS * tries))
      }
    }
  }

  function add(files: Iterable<File>): void {
    for (const file of files) {
      const size = bytes(maxBytes, words.language)
      const problem = file.size > maxBytes ? words.t('tooLarge', { name: file.name, size }) : ''
      const one: Upload = { id: uuid(), file, share: 0, done: null, problem }
      setUploads((all) => [...all, one])
      if (!problem) void run(one)
    }
  }

  return {
    uploads,
    add,
    retry: (one: Upload) => void run(one),
    remove: (id: string) => setUploads((all) => all.filter((one) => one.id !== id)),
    clear: () => setUploads([]),
  }
}
