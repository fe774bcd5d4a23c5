import type { Message } from '../../shared/i18n'
import type { enMoving } from './en.moving'

export const itMoving: Record<keyof typeof enMoving, Message> = {
  'command.merge': 'Unisci a un’altra conversazione',
  'command.unmerge': 'Annulla l’unione',
  'command.split': 'Separa messaggi',
  'command.newConversation': 'Nuova conversazione',

  'choose.placeholder': 'Numero, parole o indirizzo',
  'choose.hint': 'Scegli una conversazione; leggi cosa succede prima che succeda.',
  'choose.nothing': 'Nessuna conversazione trovata. Prova il numero, per esempio #12.',
  'choose.none': 'Non c’è ancora un’altra conversazione.',

  'merge.explained': '{from} finisce qui. I suoi messaggi stanno in {into} al loro posto, e la nuova posta arriva lì. Puoi annullare.',
  'merge.stranger': 'Sono di clienti diversi: staranno nella stessa conversazione.',
  'merge.confirm': 'Unisci a {number}',
  'merge.done': 'Unita a {number}.',
  'merge.undone': 'L’unione è annullata. Ciò che è arrivato dopo resta dov’è.',
  'merge.over': 'Questa conversazione è stata unita a un’altra, e continua lì.',
  'merge.into': 'Questa conversazione continua in {number}.',
  'merge.holds': { one: '{n} conversazione è stata unita a questa:', other: '{n} conversazioni sono state unite a questa:' },
  'merge.goOn': 'Vai lì',

  'split.bar': { one: '{n} messaggio scelto', other: '{n} messaggi scelti' },
  'split.choose': 'Scegli i messaggi che parlano d’altro.',
  'split.all': 'Almeno un messaggio deve restare qui.',
  'split.go': 'Separa …',
  'split.title': 'Una conversazione a parte',
  'split.explained': 'I messaggi scelti passano in una nuova conversazione con il cliente che li ha scritti. Se aspettano ancora una risposta, l’attesa li segue con la sua vera età. Tutto il resto rimane qui.',
  'split.subject': 'Oggetto',
  'split.confirm': 'Separa',
  'split.done': 'Separata come {number}.',
  'split.back': 'Torna a {number}',
  'split.select': 'Scegli questo messaggio',
  'split.this': 'Separa questo messaggio',

  'write.title': 'Nuova conversazione',
  'write.from': 'Da',
  'write.subject': 'Oggetto',
  'write.text': 'Testo',
  'write.placeholder': 'Scrivi la prima mail …',
  'write.send': 'Invia',
  'write.sent': 'La mail sta partendo.',
  'write.discarded': 'Bozza eliminata.',
  'write.noMailbox': 'Nessuna casella può ancora inviare. Collega prima una casella con un server in uscita.',
  'write.one': 'La mail inizia una conversazione con un cliente. Le altre persone vanno in Cc.',
  'write.takenBack': 'Ripresa. Il tuo testo è nella risposta qui sotto.',
}
