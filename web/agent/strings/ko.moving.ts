import type { Message } from '../../shared/i18n'
import type { enMoving } from './en.moving'

export const koMoving: Record<keyof typeof enMoving, Message> = {
  'command.merge': '다른 대화에 합치기',
  'command.unmerge': '합치기 취소',
  'command.split': '메시지 분리하기',
  'command.newConversation': '새 대화 쓰기',

  'choose.placeholder': '번호, 단어, 주소',
  'choose.hint': '대화를 고르면 어떻게 되는지 먼저 알려 드립니다.',
  'choose.nothing': '대화를 찾지 못했습니다. #12처럼 번호로 찾아보세요.',
  'choose.none': '아직 다른 대화가 없습니다.',

  'merge.explained': '{from}은(는) 여기서 끝납니다. 메시지는 {into}의 시간순 자리에 놓이고 새 메일도 그곳으로 갑니다. 되돌릴 수 있습니다.',
  'merge.stranger': '서로 다른 고객의 대화입니다. 두 고객이 한 대화에 있게 됩니다.',
  'merge.confirm': '{number}에 합치기',
  'merge.done': '{number}에 합쳤습니다.',
  'merge.undone': '합치기를 취소했습니다. 그 뒤에 온 것은 그대로 둡니다.',
  'merge.over': '다른 대화에 합쳐진 대화입니다. 그곳에서 이어집니다.',
  'merge.into': '이 대화는 {number}에서 이어집니다.',
  'merge.holds': '이 대화에 합친 대화 {n}건:',
  'merge.goOn': '이동',

  'split.bar': '메시지 {n}개 선택',
  'split.choose': '다른 용건의 메시지를 고르세요.',
  'split.all': '메시지를 하나 이상 남겨야 합니다.',
  'split.go': '분리하기 …',
  'split.title': '따로 나눈 대화',
  'split.explained': '선택한 메시지를 쓴 고객과의 새 대화로 옮깁니다. 아직 답을 기다리는 메시지라면 기다린 시간도 그대로 따라갑니다. 나머지는 여기에 남습니다.',
  'split.subject': '제목',
  'split.confirm': '분리하기',
  'split.done': '{number}(으)로 분리했습니다.',
  'split.back': '{number}(으)로 돌아가기',
  'split.select': '이 메시지 선택',
  'split.this': '이 메시지 분리하기',

  'write.title': '새 대화',
  'write.from': '보내는 곳',
  'write.subject': '제목',
  'write.text': '본문',
  'write.placeholder': '첫 메일을 쓰세요 …',
  'write.send': '보내기',
  'write.sent': '메일을 보냅니다.',
  'write.discarded': '초안을 버렸습니다.',
  'write.noMailbox': '보낼 수 있는 메일함이 없습니다. 먼저 발신 서버가 있는 메일함을 연결하세요.',
  'write.one': '고객 한 명과 대화를 시작합니다. 다른 사람은 참조에 넣으세요.',
  'write.takenBack': '되돌렸습니다. 쓴 글은 아래 답장에 있습니다.',
}
