import type { enComposer } from './en.composer'
import type { Message } from '../../shared/i18n'

export const itComposer: Record<keyof typeof enComposer, Message> = {
  'compose.answerIn': 'Rispondi in',
  'compose.inChat': 'Messenger',
  'compose.byMail': 'E-mail a {address}',
  'compose.chat': 'Messaggio in chat',
  'compose.chatPlaceholder': 'Scrivi al cliente: Invio spedisce, Maiusc+Invio va a capo',
  'compose.emoji': 'Emoji',
  'compose.unseenText': 'La risposta non è partita e il testo è rimasto com’era.',
  'compose.unseenEdit': 'Modifico la risposta',
  'compose.unseenSend': 'Invia comunque',
  'compose.unseenDiscard': 'Elimina la risposta',
  'lock.assignee': 'Qui risponde solo chi ha in carico la conversazione: {name}.',
  'lock.nobody': 'Qui risponde solo chi ha in carico la conversazione, e per ora non è di nessuno.',
  'lock.takeOver': 'La prendo io',
}
