"""What every workspace knows from the first day: messages written for Hark, with how they feel, how bad they are for
their writer, how hard to solve, and whether they want an answer.

A line is `sentiment severity difficulty answer | text`: sentiment - 0 +, severity 0 low to 3 urgent, difficulty 0 easy to
2 hard, answer y or n. People's own labels join them and soon outnumber them. `OTHER` belongs to no topic of anybody.
"""

import msgspec

from hark.understanding.types import Task


class Starter(msgspec.Struct, frozen=True):
    text: str
    language: str
    values: dict[Task, int]


_EN = """
- 2 1 y | I was charged twice for my order and nobody answers me
- 3 2 y | Everything is down, none of our staff can log in and we are losing money every minute
- 3 2 y | Urgent: production outage since this morning, all our customers are affected
- 2 1 y | My parcel was supposed to arrive last week and it is still not here, very disappointed
- 2 1 y | The product arrived broken and I need it for tomorrow
- 3 1 y | Someone has hacked my account and is spending my money, block it immediately
- 2 2 y | The export fails with error 500 every time since the last update and we cannot work
- 2 1 y | I can't access my account and I have a deadline today
- 1 2 y | The sync between the two systems loses records now and then, we cannot see a pattern
- 1 2 y | The webhook returns an invalid signature although the secret is right, logs attached
- 2 1 y | This is the third time I write, your service is terrible
- 1 1 y | I am not happy with the quality, I would like my money back
- 2 2 y | Data of another customer is shown in my report, this is a serious problem
- 3 2 y | Smoke came out of the device, is it dangerous
- 1 1 y | The delivery was late and the box was damaged
- 2 1 y | I want to cancel, I am fed up with these errors
0 1 0 y | How do I change my password?
0 0 0 y | What are your opening hours?
0 1 0 y | Where can I find my invoice?
0 1 0 y | How can I update my address?
0 0 0 y | Do you ship to Switzerland?
0 1 1 y | I would like to upgrade our plan to ten users, what does it cost?
0 1 1 y | Please send me a copy of the contract
0 1 0 y | How do I add a colleague to my team?
0 0 1 y | Is there a way to use a dark theme in the app?
0 1 1 y | Could you tell me when my order will be shipped?
0 0 0 y | Which payment methods do you accept?
0 1 2 y | How do I set up single sign-on with our identity provider and map the groups?
0 1 2 y | We need to migrate two years of data from our old system, how would we do it?
0 0 0 n | I will check and come back to you
0 0 0 n | I have received the parcel
0 0 0 n | FYI, the meeting is at three
0 0 0 n | ok
0 0 0 n | Noted, no further questions
0 0 0 n | Attached is the signed document you asked for, nothing else needed
+ 0 0 n | Thank you so much, it works perfectly now
+ 0 0 n | Great service, you are the best
+ 0 0 n | Perfect, thanks a lot for the quick help
+ 0 0 n | Problem solved, have a nice day
+ 0 0 n | Wonderful, that is exactly what I needed
+ 0 0 n | I love the new version, well done
+ 0 0 y | I really like the product, is there a bigger size?
+ 0 0 y | Thanks for the fast answer. One more question: can I pay by invoice?
+ 0 1 y | Great tool! It would be nice to have an integration with our calendar, is it planned?
+ 0 0 n | Excellent support, five stars
+ 0 0 n | That was quick, much appreciated
- 1 0 y | Thanks, but it still does not work
- 1 1 y | The answer did not help me at all
- 2 1 y | I have been waiting for my refund for three weeks
- 1 1 y | The app is slow and crashes all the time, it is annoying
"""

_IT = """
- 2 1 y | Mi avete addebitato due volte l'ordine e nessuno mi risponde
- 3 2 y | È tutto bloccato, nessuno di noi riesce ad accedere e stiamo perdendo soldi
- 3 2 y | Urgente: il servizio è fermo da stamattina e i nostri clienti non possono lavorare
- 2 1 y | Il pacco doveva arrivare la settimana scorsa e non è ancora arrivato, sono molto delusa
- 2 1 y | Il prodotto è arrivato rotto e mi serve per domani
- 3 1 y | Qualcuno è entrato nel mio account e sta spendendo i miei soldi, bloccatelo subito
- 2 2 y | Dall'ultimo aggiornamento l'esportazione dà sempre errore 500 e non possiamo lavorare
- 2 1 y | Non riesco ad accedere al mio conto e ho una scadenza oggi
- 1 2 y | La sincronizzazione tra i due sistemi ogni tanto perde dei dati e non capiamo perché
- 1 2 y | Il webhook risponde che la firma non è valida anche se il segreto è giusto, allego i log
- 2 1 y | È la terza volta che scrivo, il vostro servizio è pessimo
- 1 1 y | Non sono soddisfatto della qualità, vorrei indietro i soldi
- 2 2 y | Nel mio report vedo i dati di un altro cliente, è un problema grave
- 3 2 y | Dal dispositivo è uscito del fumo, è pericoloso
- 1 1 y | La consegna è arrivata in ritardo e la scatola era danneggiata
- 2 1 y | Voglio disdire, sono stufo di questi errori
0 1 0 y | Come cambio la password?
0 0 0 y | Quali sono i vostri orari?
0 1 0 y | Dove trovo la fattura?
0 1 0 y | Come posso aggiornare il mio indirizzo?
0 0 0 y | Spedite anche in Svizzera?
0 1 1 y | Vorrei passare al piano da dieci utenti, quanto costa?
0 1 1 y | Potete mandarmi una copia del contratto?
0 1 0 y | Come aggiungo un collega al team?
0 0 1 y | Si può usare il tema scuro nell'app?
0 1 1 y | Mi sapete dire quando parte il mio ordine?
0 0 0 y | Quali metodi di pagamento accettate?
0 1 2 y | Come si configura l'accesso unico con il nostro provider e la mappatura dei gruppi?
0 1 2 y | Dobbiamo migrare due anni di dati dal vecchio sistema, come si fa?
0 0 0 n | Controllo e vi faccio sapere
0 0 0 n | Ho ricevuto il pacco
0 0 0 n | Per vostra informazione, la riunione è alle tre
0 0 0 n | va bene
0 0 0 n | Capito, nessun'altra domanda
0 0 0 n | In allegato il documento firmato che mi avete chiesto, non serve altro
+ 0 0 n | Grazie mille, adesso funziona perfettamente
+ 0 0 n | Servizio ottimo, siete i migliori
+ 0 0 n | Perfetto, grazie per l'aiuto veloce
+ 0 0 n | Problema risolto, buona giornata
+ 0 0 n | Fantastico, è proprio quello che mi serviva
+ 0 0 n | Adoro la nuova versione, bravissimi
+ 0 0 y | Il prodotto mi piace molto, c'è una taglia più grande?
+ 0 0 y | Grazie della risposta veloce. Un'altra domanda: posso pagare con bonifico?
+ 0 1 y | Ottimo strumento! È prevista un'integrazione con il calendario?
+ 0 0 n | Assistenza eccellente, cinque stelle
+ 0 0 n | Siete stati velocissimi, grazie di cuore
- 1 0 y | Grazie, ma non funziona ancora
- 1 1 y | La risposta non mi ha aiutato per niente
- 2 1 y | Aspetto il rimborso da tre settimane
- 1 1 y | L'app è lenta e si chiude di continuo, è fastidioso
"""

_KO = """
- 2 1 y | 주문이 두 번 결제됐는데 아무도 답이 없네요
- 3 2 y | 전부 먹통이라 직원들이 로그인을 못 하고 있어요. 계속 손해가 나고 있습니다
- 3 2 y | 긴급합니다. 오늘 아침부터 서비스가 멈춰서 고객들이 이용을 못 해요
- 2 1 y | 지난주에 온다던 택배가 아직도 안 왔어요. 너무 실망입니다
- 2 1 y | 제품이 깨져서 왔어요. 내일 꼭 써야 하는데요
- 3 1 y | 누가 제 계정을 해킹해서 돈을 쓰고 있어요. 당장 막아 주세요
- 2 2 y | 업데이트 후로 내보내기를 하면 계속 500 오류가 나서 일을 못 하고 있습니다
- 2 1 y | 로그인이 안 되는데 오늘까지 처리해야 하는 일이 있어요
- 1 2 y | 두 시스템을 동기화하면 가끔 데이터가 빠지는데 이유를 모르겠습니다
- 1 2 y | 웹훅 서명이 맞지 않다고 나옵니다. 키는 맞는데요. 로그를 첨부합니다
- 2 1 y | 벌써 세 번째 문의입니다. 서비스가 최악이네요
- 1 1 y | 품질이 마음에 들지 않아서 환불받고 싶어요
- 2 2 y | 제 보고서에 다른 고객의 정보가 보여요. 심각한 문제입니다
- 3 2 y | 기기에서 연기가 났어요. 위험한가요
- 1 1 y | 배송도 늦고 상자도 찌그러져서 왔어요
- 2 1 y | 오류 때문에 지쳤어요. 해지하겠습니다
0 1 0 y | 비밀번호는 어떻게 바꾸나요?
0 0 0 y | 영업시간이 어떻게 되나요?
0 1 0 y | 영수증은 어디에서 볼 수 있나요?
0 1 0 y | 주소를 변경하고 싶어요
0 0 0 y | 제주도도 배송되나요?
0 1 1 y | 열 명이 쓰는 요금제로 바꾸고 싶은데 얼마인가요?
0 1 1 y | 계약서 사본을 보내 주세요
0 1 0 y | 팀에 동료를 추가하려면 어떻게 하나요?
0 0 1 y | 앱에서 어두운 화면을 쓸 수 있나요?
0 1 1 y | 제 주문은 언제 발송되나요?
0 0 0 y | 어떤 결제 수단을 쓸 수 있나요?
0 1 2 y | 사내 계정으로 통합 로그인을 설정하고 그룹을 연결하는 방법이 궁금합니다
0 1 2 y | 예전 시스템의 2년치 데이터를 옮겨야 하는데 어떻게 하면 되나요?
0 0 0 n | 확인해 보고 다시 연락드리겠습니다
0 0 0 n | 택배 받았습니다
0 0 0 n | 참고로 회의는 세 시입니다
0 0 0 n | 알겠습니다
0 0 0 n | 네 더 궁금한 건 없어요
0 0 0 n | 요청하신 서류 첨부합니다. 다른 용건은 없습니다
+ 0 0 n | 정말 감사합니다. 이제 아주 잘 돼요
+ 0 0 n | 서비스가 최고예요
+ 0 0 n | 완벽해요. 빠른 도움 감사합니다
+ 0 0 n | 해결됐어요. 좋은 하루 되세요
+ 0 0 n | 딱 필요했던 거예요. 너무 좋아요
+ 0 0 n | 새 버전 정말 마음에 들어요
+ 0 0 y | 제품이 참 좋네요. 더 큰 사이즈도 있나요?
+ 0 0 y | 빠른 답변 감사합니다. 하나 더 여쭤볼게요. 계좌이체도 되나요?
+ 0 1 y | 좋은 도구네요! 캘린더 연동도 계획이 있나요?
+ 0 0 n | 친절한 상담 감사합니다. 별 다섯 개 드려요
+ 0 0 n | 정말 빠르시네요. 고맙습니다
- 1 0 y | 감사합니다만 아직 안 돼요
- 1 1 y | 답변이 전혀 도움이 안 됐어요
- 2 1 y | 환불을 3주째 기다리고 있어요
- 1 1 y | 앱이 느리고 자꾸 꺼져서 불편해요
"""

OTHER: dict[str, tuple[str, ...]] = {
    "en": (
        "hello", "are you there?", "test", "what is the weather like tomorrow", "tell me a joke", "who won the match yesterday",
        "I am looking for a job at your company", "we offer the best SEO services for your website", "can you help me with my homework",
        "what is the capital of Australia", "good morning", "sorry wrong number", "do you like music", "lorem ipsum",
    ),
    "it": (
        "ciao", "c'è nessuno?", "prova", "che tempo fa domani", "raccontami una barzelletta", "chi ha vinto la partita ieri",
        "cerco lavoro presso la vostra azienda", "offriamo i migliori servizi SEO per il vostro sito", "mi aiuti con i compiti",
        "qual è la capitale dell'Australia", "buongiorno", "scusate ho sbagliato numero", "ti piace la musica",
    ),
    "ko": (
        "안녕하세요", "누구 계세요?", "테스트", "내일 날씨 어때요", "재미있는 얘기 해줘", "어제 경기 누가 이겼어요",
        "귀사에 지원하고 싶습니다", "홈페이지 광고 대행해 드립니다", "숙제 좀 도와주세요", "호주의 수도는 어디예요",
        "좋은 아침입니다", "죄송해요 잘못 보냈어요", "음악 좋아하세요?",
    ),
}  # fmt: skip
"""Messages that are about nothing a team has a topic for."""

_SENTIMENT = {"-": -1, "0": 0, "+": 1}


def starters() -> list[Starter]:
    """All labelled lines of the three languages."""
    made = []
    for code, lines in (("en", _EN), ("it", _IT), ("ko", _KO)):
        for line in lines.strip().splitlines():
            marks, _, text = line.partition(" | ")
            feeling, severity, difficulty, answer = marks.split()
            values = {
                Task.SENTIMENT: _SENTIMENT[feeling], Task.SEVERITY: int(severity), Task.DIFFICULTY: int(difficulty),
                Task.NEEDS_ANSWER: int(answer == "y"),
            }  # fmt: skip
            made.append(Starter(text, code, values))
    return made
