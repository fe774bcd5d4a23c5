"""The mails of the sample workspace: a maker of booking software, its customers, and what happened to each case.

All people, companies and addresses are made up; the domains are reserved for examples (RFC 2606). Times are
`-2 10:05` (working days back, on the wall clock of the workspace) or `95m` (minutes ago).
"""

from typing import Literal, NamedTuple


class Company(NamedTuple):
    name: str
    domain: str
    monthly_minor: int | None  # euro cents


class Step(NamedTuple):
    """`in`: a mail of the customer; `out`, `note`: of the team by `who`; `resolve`, `spam`, `snooze` (text: days)."""

    at: str
    kind: Literal["in", "out", "note", "resolve", "snooze", "spam"]
    text: str = ""
    who: str = ""
    html: bool = False
    file: str = ""  # name of an attachment


class Case(NamedTuple):
    name: str
    address: str
    subject: str
    steps: tuple[Step, ...]
    lang: Literal["en", "ko", "it"] = "en"
    mailbox: Literal["support", "billing"] = "support"
    tags: tuple[str, ...] = ()
    severity: int = 1
    difficulty: int = 1
    assignee: str = ""


COMPANIES = (
    Company("Meridian Hotels", "meridian-hotels.example", 1_840_000),
    Company("Harbour Yoga", "harbouryoga.example", 29_000),
    Company("Haneul Pension", "haneul-pension.example", 68_000),
    Company("Albergo Tre Pini", "trepini.example", 94_000),
    Company("Seorak Resort", "seorak-resort.example", 720_000),
    Company("Trattoria Da Nello", "danello.example", 4_900),
    Company("Northgate Clinics", "northgate-clinics.example", 415_000),
    Company("Studio Lume", "studiolume.example", None),
)

TAGS = (("bug", 0), ("billing", 3), ("onboarding", 5), ("idea", 7), ("refund", 9))

PEOPLE = {"mina": ("Mina Park", "ko"), "giulia": ("Giulia Ferri", "it"), "tom": ("Tom Okafor", "en")}
"""Who works here besides the owner; their addresses are `<key>@example.com`."""

CASES = (
    Case(
        "Priya Raman", "priya.raman@meridian-hotels.example", "Double bookings since this morning - URGENT",
        (
            Step("210m", "in", "Hello,\n\nsince about seven this morning two of our houses (Lisbon and Porto) get double bookings: "
                 "the same room is sold on our website and through the channel manager. We have eleven clashes so far and guests "
                 "arrive from 15:00.\n\nPlease call me on +351 555 0100 or tell us how to stop the sync.\n\nPriya Raman\nRevenue "
                 "Systems, Meridian Hotels", file="clashes.csv"),
            Step("190m", "note", "The channel manager's clock is an hour off since the update last night. I have told the vendor, "
                 "waiting for a call back.", "tom"),
            Step("95m", "in", "It is thirteen now. Is anybody looking at this?\n\nPriya"),
        ),
        tags=("bug",), severity=3, difficulty=2, assignee="tom",
    ),
    Case(
        "Daniel Osei", "d.osei@meridian-hotels.example", "Invoice for the extra properties",
        (
            Step("-2 09:40", "in", "Hi,\n\nwe added four properties in the middle of the month. Are they on this invoice in full or "
                 "only for the second half? The total is higher than I expected.\n\nRegards,\nDaniel Osei\nAccounts payable"),
            Step("-2 11:15", "out", "Dear Daniel,\n\nonly for the days they were active: 16 of 30. The line \"properties, prorated\" on "
                 "page two shows the days of each one.\n\nKind regards,\nTom", "tom"),
            Step("-2 14:02", "in", "Found it, thank you. All clear then."),
            Step("-2 14:20", "resolve", who="tom"),
        ),
        mailbox="billing", tags=("billing",), difficulty=0,
    ),
    Case(
        "Sophie Lind", "sophie@harbouryoga.example", "Moving a class keeps the old reminder",
        (
            Step("-3 08:55", "in", "Hello!\n\nWhen I move a class to another day, people still get the reminder for the old day. Last "
                 "night six of them stood in front of a locked door. Can I switch reminders off until this works?\n\nSophie"),
            Step("-3 10:30", "out", "Hi Sophie,\n\nI am sorry about last night. Yes: Settings, Reminders, \"send automatically\". We found "
                 "the cause and a correction goes out tomorrow.\n\nBest,\nTom", "tom"),
            Step("-2 09:10", "in", "Switched off, thanks. Will you tell me when it is safe to switch on again?"),
            Step("-1 10:05", "out", "Hi Sophie,\n\nit is out since this morning. I moved a class in a copy of your studio and only the new "
                 "reminder was sent. You can switch it on again.\n\nBest,\nTom", "tom"),
            Step("55m", "in", "I tried with one class and two people got BOTH reminders. Screenshot attached.\n\nSophie", file="reminders.png"),
        ),
        tags=("bug",), severity=2, assignee="tom",
    ),
    Case(
        "박지훈", "jihoon.park@haneul-pension.example", "예약 확인 메일이 오지 않아요",
        (
            Step("-1 15:20", "in", "안녕하세요, 하늘펜션 박지훈입니다.\n\n어제부터 손님들께 예약 확인 메일이 가지 않습니다. 관리자 화면에는 '발송됨'으로 "
                 "표시되는데, 손님 세 분이 못 받았다고 전화를 주셨어요. 스팸함에도 없다고 합니다.\n\n확인 부탁드립니다."),
            Step("-1 16:10", "out", "안녕하세요, 박지훈 님.\n\n확인해 보니 보내는 주소의 인증 설정(SPF)이 어제 바뀌면서 일부 메일 서버가 메일을 거절하고 "
                 "있었습니다. 도메인 설정에 아래 값을 추가해 주시면 바로 해결됩니다.\n\nv=spf1 include:mail.tidepool.example ~all\n\n추가하신 뒤 알려 주시면 "
                 "제가 발송을 확인하겠습니다.\n\n박민아 드림", "mina"),
            Step("160m", "in", "추가했습니다. 그런데 어제 못 받은 손님들께는 다시 보낼 수 있나요? 스물두 분 정도 됩니다."),
        ),
        lang="ko", tags=("bug",), severity=2, assignee="mina",
    ),
    Case(
        "최유나", "yuna.choi@seorak-resort.example", "단체 예약 요금 문의",
        (
            Step("75m", "in", "안녕하세요.\n\n설악리조트 예약팀 최유나입니다. 객실 40실 이상 단체 예약에 별도 요금표를 적용하려고 합니다. 인원수에 따라 자동으로 "
                 "할인율이 바뀌게 할 수 있을까요? 다음 주 수요일 계약 전에 답을 주시면 감사하겠습니다.\n\n최유나 드림", html=True),
        ),
        lang="ko", tags=("onboarding",), severity=2, difficulty=2,
    ),
    Case(
        "이상호", "sangho.lee@seorak-resort.example", "세금계산서 발행 요청",
        (
            Step("-4 10:12", "in", "안녕하세요. 지난달 이용료 세금계산서를 아직 받지 못했습니다. 사업자등록번호는 지난번과 같습니다."),
            Step("-4 13:30", "out", "안녕하세요, 이상호 님.\n\n오늘 오전에 발행했습니다. 등록하신 주소로 10분 안에 도착합니다. 늦어져서 죄송합니다.\n\n박민아 드림", "mina"),
            Step("-4 13:55", "in", "잘 받았습니다. 감사합니다."),
            Step("-4 14:00", "resolve", who="mina"),
        ),
        lang="ko", mailbox="billing", tags=("billing",), difficulty=0,
    ),
    Case(
        "Marco Bellini", "marco@trepini.example", "Camera 12 sparita dal calendario",
        (
            Step("-1 09:15", "in", "Buongiorno,\n\nda ieri sera la camera 12 non compare più nel calendario, ma sul sito si può ancora prenotare. "
                 "Non riesco a spostare la prenotazione dei signori Weber, che arrivano sabato.\n\nMarco Bellini\nAlbergo Tre Pini"),
            Step("-1 10:45", "out", "Ciao Marco,\n\nla camera è stata archiviata per sbaglio: la trovi in Camere, \"archiviate\". Premi \"ripristina\" "
                 "e torna nel calendario con tutte le prenotazioni.\n\nA presto,\nGiulia", "giulia"),
            Step("-1 11:20", "in", "Perfetto, ora la vedo. Grazie mille!\n\nMarco"),
            Step("-1 11:40", "resolve", who="giulia"),
        ),
        lang="it", tags=("bug",),
    ),
    Case(
        "Elena Sarti", "elena.sarti@trepini.example", "Tassa di soggiorno nel preventivo",
        (
            Step("130m", "in", "Salve,\n\nnei preventivi la tassa di soggiorno viene calcolata anche per i bambini sotto i 12 anni, che da noi "
                 "sono esenti. Dove si imposta l'esenzione? Ho guardato in Tariffe e in Fiscalità ma non la trovo.\n\nGrazie,\nElena"),
        ),
        lang="it", tags=("onboarding",), assignee="giulia",
    ),
    Case(
        "Nello Fabbri", "nello@danello.example", "non funziona",
        (
            Step("250m", "in", "ho schiacciato salva e non salva\n\nnello"),
            Step("240m", "in", "adesso è salvato due volte"),
            Step("60m", "in", "e adesso il giovedì non c'è più"),
        ),
        lang="it",
    ),
    Case(
        "Grace Mbeki", "grace.mbeki@northgate-clinics.example", "Patients cannot cancel on the phone app",
        (
            Step("-1 13:05", "in", "Good afternoon,\n\npatients tell us that the \"cancel\" button on the phone does nothing. On a computer it works. "
                 "About thirty calls a day come to reception because of this.\n\nGrace Mbeki\nHead of Front Desk", html=True),
            Step("-1 14:40", "out", "Dear Grace,\n\nwe can see it too, on phones whose language is set to Welsh or Irish only. We are working on it and I "
                 "will write to you tomorrow before noon.\n\nKind regards,\nTom", "tom"),
            Step("-1 15:00", "note", "Second clinic with the same. Engineering has it as the first thing today.", "tom"),
            Step("45m", "in", "Hello Tom,\n\nany news? Reception is drowning.\n\nGrace"),
        ),
        tags=("bug",), severity=2, difficulty=2, assignee="tom",
    ),
    Case(
        "Owen Pryce", "owen.pryce@northgate-clinics.example", "Data protection questionnaire",
        (
            Step("-5 11:00", "in", "Hello,\n\nour auditors ask where appointment data is stored and who can read it. The questionnaire is attached; "
                 "we need it by the end of the month.\n\nOwen Pryce\nInformation governance", file="questionnaire.txt"),
            Step("-5 15:30", "out", "Dear Owen,\n\nthank you. Our answers need a signature from management; you will have them by Thursday.\n\nAlex", "owner"),
            Step("-4 09:30", "snooze", "5", "owner"),
        ),
        difficulty=2, assignee="owner",
    ),
    Case(
        "Chiara Conti", "chiara@studiolume.example", "Prova gratuita finita troppo presto?",
        (
            Step("-2 16:05", "in", "Ciao,\n\nla prova doveva durare 30 giorni ma dopo 14 vedo solo la pagina di pagamento. Ho capito male io?\n\nChiara"),
            Step("-1 09:20", "out", "Ciao Chiara,\n\nhai ragione: la pagina diceva 30 giorni fino a venerdì scorso. Ti ho riaperto la prova fino alla fine "
                 "del mese.\n\nGiulia", "giulia"),
            Step("-1 12:45", "in", "Gentilissima! Allora ne approfitto: si possono importare i clienti da un foglio di calcolo?"),
        ),
        lang="it", tags=("onboarding",), assignee="giulia",
    ),
    Case(
        "Hannah Weiss", "hannah.weiss.travel@gmail.com", "Charged twice for my booking",
        (
            Step("-1 12:10", "in", "Hi,\n\nI booked a weekend at Albergo Tre Pini through your page and my card was charged twice, 236 euro each. The hotel "
                 "says it only got one payment.\n\nHannah Weiss"),
            Step("110m", "in", "Hello, it is a day later and I have not heard anything. My bank wants to know if they should take the money back.\n\nHannah"),
        ),
        mailbox="billing", tags=("refund", "billing"), severity=2,
    ),
    Case(
        "김서연", "seoyeon.k@naver.com", "환불은 언제 되나요?",
        (
            Step("-3 11:25", "in", "하늘펜션 예약을 취소했는데 환불이 아직 안 됐어요. 취소한 지 닷새 지났습니다. 예약번호는 HN-20418입니다."),
            Step("-3 13:50", "out", "안녕하세요, 김서연 님.\n\n환불은 취소하신 날 카드사로 접수되었습니다. 카드사에 따라 영업일 기준 7일까지 걸릴 수 있습니다. 접수 "
                 "번호는 R-88213입니다.\n\n박민아 드림", "mina"),
            Step("-2 10:40", "in", "네, 오늘 들어왔어요. 고맙습니다!"),
            Step("-2 10:50", "resolve", who="mina"),
        ),
        lang="ko", mailbox="billing", tags=("refund",), difficulty=0,
    ),
    Case(
        "Luca Moretti", "luca.moretti@libero.it", "Modificare la data di una prenotazione",
        (
            Step("35m", "in", "Buonasera,\n\nho prenotato due notti dal 14, ma posso arrivare solo il 15. Dal link nella mail non riesco a cambiare la data, "
                 "dice \"tariffa non modificabile\". C'è un modo?\n\nLuca Moretti"),
        ),
        lang="it",
    ),
    Case(
        "Ben Carter", "ben@harbouryoga.example", "Idea: waiting list for full classes",
        (
            Step("-4 15:40", "in", "Hi all,\n\nwhen a class is full people write to us by hand to be put on a list. Could Tidepool keep that list and offer a "
                 "free place to the first one? Happy to test.\n\nBen"),
            Step("-3 09:50", "out", "Hi Ben,\n\nit is planned for this quarter, and I have put you on the list of people to try it first. Thank you for the "
                 "offer!\n\nAlex", "owner"),
            Step("-3 09:55", "resolve", who="owner"),
        ),
        tags=("idea",), severity=0,
    ),
    Case(
        "정민호", "minho.jung@haneul-pension.example", "객실 사진 순서를 바꾸고 싶습니다",
        (
            Step("-2 13:15", "in", "객실 사진을 올렸는데 순서를 바꾸는 방법을 모르겠습니다. 첫 사진이 화장실로 나와요."),
            Step("-2 13:40", "out", "안녕하세요. 사진을 길게 누른 채 원하는 자리로 끌어 놓으시면 됩니다. 첫 번째 사진이 대표 사진이 됩니다.\n\n박민아 드림", "mina"),
            Step("-2 14:30", "in", "됐습니다! 감사합니다."),
            Step("-2 14:35", "resolve", who="mina"),
        ),
        lang="ko", tags=("onboarding",), severity=0, difficulty=0,
    ),
    Case(
        "Amara Nwosu", "amara@meridian-hotels.example", "API: 429 on the availability endpoint",
        (
            Step("-1 10:10", "in", "Hello,\n\nour import calls /availability once per room and night. Since Monday we get 429 after about 600 calls. Was the "
                 "limit lowered? We need roughly 9,000 calls each night.\n\nAmara Nwosu\nPlatform team"),
            Step("-1 15:45", "out", "Hi Amara,\n\nnot lowered, but it is now per address instead of per key. There is a call that returns all rooms of a month at "
                 "once, so 9,000 become about 40. I will send you an example.\n\nTom", "tom"),
        ),
        difficulty=2, assignee="tom",
    ),
    Case(
        "Francesca Galli", "f.galli@trepini.example", "Fattura elettronica scartata",
        (
            Step("-1 14:30", "in", "Buongiorno,\n\nla fattura di questo mese è stata scartata: manca il codice destinatario. Potete correggerla e rimandarla? "
                 "Il codice è KRRH6B9.\n\nFrancesca Galli\nAmministrazione"),
        ),
        lang="it", mailbox="billing", tags=("billing",), assignee="giulia",
    ),
    Case(
        "Prize Office", "winner@prizes-today.example", "You have been selected!!!",
        (
            Step("-1 11:11", "in", "CONGRATULATIONS dear customer, your address was drawn. Answer within 24 hours with your card number to receive the sum of "
                 "2,500,000 dollars."),
            Step("-1 11:30", "spam", who="tom"),
        ),
    ),
    Case(
        "윤하늘", "haneul.yoon@seorak-resort.example", "객실 요금이 다르게 보여요",
        (
            Step("20m", "in", "안녕하세요, 설악리조트입니다.\n\n홈페이지에는 디럭스룸이 18만 원으로 나오는데 결제 화면에서는 21만 원으로 바뀝니다. 손님 항의가 들어오고 "
                 "있어 급히 확인 부탁드립니다.\n\n윤하늘 드림", file="checkout.png"),
        ),
        lang="ko", tags=("bug",), severity=3,
    ),
    Case(
        "Rosa Vitale", "rosa.vitale@studiolume.example", "Re: Prova gratuita",
        (
            Step("15m", "in", "Ciao, sono la socia di Chiara. Posso avere un accesso anch'io o serve un altro abbonamento?\n\nRosa"),
        ),
        lang="it", tags=("onboarding",), severity=0, difficulty=0,
    ),
    Case(
        "Tim Ashdown", "tim.ashdown@outlook.com", "Where is the meeting point?",
        (
            Step("-2 15:05", "in", "Hi, I booked the sunrise class at Harbour Yoga for Saturday. The mail says \"meeting point: see map\" but there is no map."),
            Step("-2 15:35", "out", "Hi Tim,\n\nthe class meets at the end of Pier 4, next to the blue hut. I have told the studio that its map is missing.\n\nTom", "tom"),
            Step("-2 15:50", "in", "Great, thank you Tom, from another Tim."),
            Step("-2 16:00", "resolve", who="tom"),
        ),
        difficulty=0,
    ),
)  # fmt: skip
