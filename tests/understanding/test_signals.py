"""What the rules hear at once, in three languages; and what only sounds like it."""

import pytest

from hark.understanding.signals import signals

WANTS_PERSON = """
I want to talk to a human
Can I speak with a real person please?
human please
agent
Let me talk to someone from support
Please connect me to an agent.
Is there a real person here?
I don't want to talk to a bot
stop sending me robots, give me a human
Could somebody call me back?
I need to speak to your manager
Put me through to billing please, this bot does not help
Transfer me to a representative
can someone please call me
operator!
I'd rather talk to a person
Vorrei parlare con un operatore
operatore
posso parlare con una persona vera?
Voglio parlare con un essere umano, non con un bot
mi passi un responsabile per favore
C'è qualcuno?
Non voglio parlare con un robot
Chiamatemi al più presto
Fatemi parlare con qualcuno
ho bisogno di un operatore umano
vorrei essere richiamato
상담원 연결해 주세요
상담원
사람이랑 얘기하고 싶어요
담당자와 통화하고 싶습니다
챗봇 말고 사람이요
직원 불러주세요
상담원과 직접 대화하고 싶은데요
전화 주세요
사람 바꿔줘
상담사 연결 부탁드립니다
왜 상담원 연결이 안 되나요?
로봇이랑 말하기 싫어요. 진짜 사람 없나요?
"""
NO_PERSON = """
I don't want to talk to a human
No need to speak to an agent, thanks
I spoke with an agent yesterday and it works now
The agent told me to restart
How do I add an agent to my team?
We have three people in our company
Your bot said "do you want to talk to a human?" and then closed
Where is my order?
I was in a meeting with my manager about this feature
Ho parlato con un operatore ieri
Non voglio parlare con un operatore
Non serve che mi mettiate in contatto con una persona
Come aggiungo un operatore al mio account?
Il messaggio dice "vuoi parlare con un operatore?" e poi si chiude
Quante persone possono usare il piano?
상담원과 통화했는데 해결됐어요
상담원 연결은 필요 없어요
상담원 연결 안 해도 돼요
직원 계정을 추가하려면 어떻게 하나요?
"상담원 연결"이라는 버튼은 어떤 버튼인가요?
사람마다 다르게 보여요
"""
ANGRY = """
This is unacceptable!
I am furious
worst service ever
This is the third time I am writing to you
What a joke, I have been waiting for two weeks
I'm sick of waiting
you are thieves
my lawyer will contact you
wtf is going on
I'M STILL WAITING FOR MY MONEY!! ANSWER ME
nobody answers me
I am extremely disappointed with your support
È inaccettabile
Sono davvero arrabbiato
Vergognatevi, siete dei ladri
pessimo servizio
mi state prendendo in giro
Passo alle vie legali
sono stufa di aspettare
che schifo
è la terza volta che scrivo
진짜 화나네요
어이가 없네요
최악의 서비스입니다
장난하세요?
도대체 언제 오나요
짜증나요
소비자원에 신고하겠습니다
사기당한 기분이에요
너무 실망스럽습니다
벌써 몇 번째 문의인지 모르겠네요
"""
NOT_ANGRY = """
I'm not angry, just curious
The weather is terrible today
This is not the worst, it works fine
I am not disappointed at all
In the worst case I can wait until Monday
Where can I buy your product?
Non sono arrabbiato, volevo solo sapere
Non è inaccettabile, ma vorrei un chiarimento
Buongiorno, vorrei un'informazione
화난 건 아니고 그냥 궁금해서요
실망하지 않았어요
물건을 사기 위해 로그인했어요
짜증나는 건 아니에요
배송이 언제 오나요?
"""
BILLING = """
I was charged twice
Where can I find my invoice?
I want a refund
the payment failed
can I get my money back
How do I change my credit card?
There is a fee I do not understand
Ho ricevuto due addebiti
Vorrei un rimborso
dove trovo la fattura?
non riesco a pagare
rivoglio i miei soldi
mi hanno prelevato 50 euro due volte
환불해 주세요
이중 결제됐어요
영수증 발급 부탁드립니다
요금이 왜 이렇게 나왔나요
돈이 빠져나갔어요
세금계산서 발행해 주세요
"""
NOT_BILLING = """
How do I charge my phone?
Is shipping free of charge?
My question is not about billing
Who is in charge of this?
This has nothing to do with my invoice
Non riguarda la fattura
Come cambio la password?
비밀번호를 바꾸고 싶어요
결제 문제는 아니에요
환불 관련 문의가 아니라 배송 문의예요
I pay attention to details
"""
LEAVING = """
I want to cancel
I want to cancel my subscription
Please close my account
How do I cancel?
I can't cancel my plan, the button is missing
I don't know how to cancel my account
we are switching to a competitor
I won't renew
delete my account and all my data
You have lost me as a customer
I no longer want this subscription
I'm going to move to another provider
Vorrei disdire l'abbonamento
come faccio la disdetta?
Non riesco a disdire
chiudete il mio account
passiamo alla concorrenza
Voglio cancellare il mio abbonamento
cambio fornitore
non rinnoverò il contratto
avete perso un cliente
해지하고 싶어요
구독을 취소하려고 합니다
탈퇴는 어떻게 하나요
계정 삭제해 주세요
다른 업체로 갈아탈 거예요
해지가 안 돼요
재계약 안 할 겁니다
환불 안 해주면 해지할 거예요
"""
NOT_LEAVING = """
I don't want to cancel my subscription
Please do not cancel my account
I want to cancel my order
Can I cancel the appointment?
How do I cancel a transfer?
I'm not going to cancel, I only want to pause
no need to close my account
My account was closed by mistake
I am not thinking of leaving you
Without cancelling my plan, can I change the card?
Non voglio disdire l'abbonamento
Non disdite il mio contratto, per favore
vorrei annullare l'ordine
Non ho intenzione di cambiare fornitore
senza disdire il contratto, posso cambiare piano?
devo disdire un appuntamento
해지하고 싶지 않아요
해지하려는 게 아니에요
탈퇴하지 않을게요
주문을 취소하고 싶어요
구독 취소 안 할게요
해지할 생각은 없어요
"""
THANKS = """
Thanks!
thank you so much
Thanks a lot for your help, Anna
ok thanks
Perfect, thank you. Have a nice day!
Got it
Great, it works now. Thanks again
👍
Thank you very much for the quick reply!
Many thanks and best regards
Thanks, I'll try it tomorrow
No thanks
Grazie mille
Perfetto, grazie!
Ok, tutto chiaro. Buona giornata
grazie infinite per l'aiuto
Grazie Marco, problema risolto
Ho capito, grazie
La ringrazio, cordiali saluti
감사합니다
네 감사합니다!
답변 감사합니다
알겠습니다
친절한 답변 감사드려요 좋은 하루 되세요
고마워요 ㅎㅎ
해결됐어요 감사합니다
넵 확인했습니다 감사합니다
수고하세요 감사합니다~
"""
NO_THANKS = """
Thanks, but it still does not work
Thanks in advance
Thank you for nothing
Thanks. When will it arrive?
Thanks, and where do I find the invoice
yes
no
Thank you, please send it to my new address
Thanks to your update nothing works
Hello
ok thanks, order 1234 is the one
Grazie, ma non funziona ancora
Grazie in anticipo
grazie, quando arriva?
Grazie, potete mandarmi la fattura
sì
Grazie per niente
감사합니다. 그런데 아직 안 돼요
미리 감사합니다
감사합니다 언제 도착하나요?
네
감사합니다만 환불해 주세요
감사합니다 주소도 바꿔 주세요
안녕하세요
"""


def _table(yes: str, no: str) -> list[tuple[str, bool]]:
    return [(line, True) for line in yes.strip().splitlines()] + [(line, False) for line in no.strip().splitlines()]


@pytest.mark.parametrize(("text", "expected"), _table(WANTS_PERSON, NO_PERSON))
def test_a_request_for_a_person_is_heard(text: str, expected: bool) -> None:
    assert signals(text).wants_person is expected


@pytest.mark.parametrize(("text", "expected"), _table(ANGRY, NOT_ANGRY))
def test_anger_is_heard(text: str, expected: bool) -> None:
    assert signals(text).angry is expected


@pytest.mark.parametrize(("text", "expected"), _table(BILLING, NOT_BILLING))
def test_money_is_heard(text: str, expected: bool) -> None:
    assert signals(text).billing is expected


@pytest.mark.parametrize(("text", "expected"), _table(LEAVING, NOT_LEAVING))
def test_a_wish_to_leave_is_heard(text: str, expected: bool) -> None:
    assert signals(text).leaving is expected


@pytest.mark.parametrize(("text", "expected"), _table(THANKS, NO_THANKS))
def test_only_thanks_needs_no_answer(text: str, expected: bool) -> None:
    assert signals(text).thanks is expected
