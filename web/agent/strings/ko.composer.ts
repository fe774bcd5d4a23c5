import type { enComposer } from './en.composer'
import type { Message } from '../../shared/i18n'

export const koComposer: Record<keyof typeof enComposer, Message> = {
  'compose.answerIn': '답장할 곳',
  'compose.inChat': '메신저',
  'compose.byMail': '{address} 앞 메일',
  'compose.chat': '채팅 메시지',
  'compose.chatPlaceholder': '고객에게 쓰기 · Enter로 보내고 Shift+Enter로 줄을 바꿉니다',
  'compose.emoji': '이모지',
  'compose.unseenText': '답장은 보내지 않았고, 쓰신 내용은 그대로 있습니다.',
  'compose.unseenEdit': '답장 고치기',
  'compose.unseenSend': '그대로 보내기',
  'compose.unseenDiscard': '답장 버리기',
  'lock.assignee': '이 대화는 담당자만 답장합니다. 지금 담당자는 {name} 님입니다.',
  'lock.nobody': '이 대화는 담당자만 답장합니다. 아직 담당자가 없습니다.',
  'lock.takeOver': '내가 맡기',
}
