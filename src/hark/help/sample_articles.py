"""The help centre of the sample workspace: articles of a maker of booking software, in three languages."""

from typing import NamedTuple


class Shelf(NamedTuple):
    icon: str
    titles: dict[str, tuple[str, str]]  # language -> (title, description)


class Told(NamedTuple):
    title: str
    summary: str
    body: str


class Sample(NamedTuple):
    """`{other}` in a body is the id of the article of that name. `again`: the English text is published once more, so that its
    translations are stale."""

    name: str
    shelf: str
    texts: dict[str, Told]
    keywords: dict[str, list[str]] = {}
    visibility: str = "public"
    draft: bool = False
    again: str = ""


SHELVES: dict[str, Shelf] = {
    "start": Shelf("rocket", {
        "en": ("Getting started", "From the first room to the first guest"),
        "it": ("Primi passi", "Dalla prima camera al primo ospite"),
        "ko": ("시작하기", "첫 객실 등록부터 첫 손님까지"),
    }),
    "bookings": Shelf("calendar", {
        "en": ("Bookings and calendar", "Channels, reminders, groups"),
        "it": ("Prenotazioni e calendario", "Canali, promemoria, gruppi"),
        "ko": ("예약과 달력", "채널, 알림, 단체 예약"),
    }),
    "billing": Shelf("receipt", {
        "en": ("Invoices and payment", "What you pay, and why"),
        "it": ("Fatture e pagamenti", "Quanto si paga e perché"),
        "ko": ("요금과 세금계산서", "얼마를, 왜 내는지"),
    }),
}  # fmt: skip

ARTICLES: tuple[Sample, ...] = (
    Sample("first-day", "start", {
        "en": Told("Take your first booking", "Four steps from an empty calendar to a page your guests can book on.",
            "You need about twenty minutes and a photo of each room.\n\n"
            "## Set up what you sell\n\n1. Open **Settings, Rooms** and add every room or class with its price.\n"
            "2. Choose how many people fit in, and how long before a stay it can be booked.\n\n"
            "## Open the page\n\n1. Under **Website** choose your colours and switch the page on.\n"
            "2. Put its address on your own site, or send it to a friend and make a test booking.\n\n"
            "> [!TIP]\n> A test booking is cancelled with one click and costs nothing.\n\n"
            "Next: [connect the sites you already sell on](article:{channels})."),
        "it": Told("La prima prenotazione", "Quattro passi da un calendario vuoto a una pagina su cui prenotare.",
            "Bastano venti minuti e una foto per camera.\n\n"
            "## Che cosa si vende\n\n1. In **Impostazioni, Camere** aggiungere ogni camera o corso con il prezzo.\n"
            "2. Indicare quante persone può ospitare e con quanto anticipo si può prenotare.\n\n"
            "## Aprire la pagina\n\n1. In **Sito** scegliere i colori e accendere la pagina.\n"
            "2. Mettere l'indirizzo sul proprio sito, o mandarlo a un amico e fare una prova.\n\n"
            "> [!TIP]\n> Una prenotazione di prova si annulla con un clic e non costa nulla.\n\n"
            "Poi: [collegare i siti su cui già si vende](article:{channels})."),
        "ko": Told("첫 예약 받기", "빈 달력에서 손님이 예약할 수 있는 페이지까지 네 단계면 됩니다.",
            "20분 정도와 객실 사진 한 장씩만 준비하세요.\n\n"
            "## 판매할 객실 등록\n\n1. **설정, 객실**에서 객실이나 수업과 가격을 추가합니다.\n"
            "2. 정원과 며칠 전까지 예약할 수 있는지를 정합니다.\n\n"
            "## 페이지 열기\n\n1. **웹사이트**에서 색을 고르고 페이지를 켭니다.\n"
            "2. 주소를 홈페이지에 올리거나 지인에게 보내 시험 예약을 해 보세요.\n\n"
            "> [!TIP]\n> 시험 예약은 클릭 한 번으로 취소되며 비용이 들지 않습니다.\n\n"
            "다음: [이미 판매 중인 사이트 연결하기](article:{channels})."),
    }, {"en": ["setup", "website"], "it": ["configurazione"], "ko": ["설정", "가입"]}),
    Sample("channels", "bookings", {
        "en": Told("Connect a channel manager", "One calendar for your website and every site you sell on.",
            "A channel manager keeps the same room from being sold twice. Tidepool speaks to it every two minutes.\n\n"
            "1. Open **Settings, Channels** and press *Connect*.\n2. Paste the key your channel manager shows under *API access*.\n"
            "3. Match each room with its name there, and press *Start*.\n\n"
            "| State | Meaning |\n|---|---|\n| Green | the last exchange is less than five minutes old |\n"
            "| Yellow | rooms are missing a partner |\n| Red | the key was refused; make a new one |\n\n"
            "> [!WARNING]\n> While the state is red nothing is exchanged. See [what to do about double bookings](article:{double})."),
        "it": Told("Collegare un channel manager", "Un solo calendario per il proprio sito e per tutti gli altri.",
            "Il channel manager evita che la stessa camera sia venduta due volte. Tidepool gli parla ogni due minuti.\n\n"
            "1. Aprire **Impostazioni, Canali** e premere *Collega*.\n2. Incollare la chiave che si trova sotto *Accesso API*.\n"
            "3. Abbinare ogni camera al suo nome e premere *Avvia*.\n\n"
            "| Stato | Significato |\n|---|---|\n| Verde | l'ultimo scambio ha meno di cinque minuti |\n"
            "| Giallo | qualche camera non è abbinata |\n| Rosso | la chiave è stata rifiutata: crearne una nuova |\n\n"
            "> [!WARNING]\n> Con lo stato rosso non si scambia nulla. Vedere [le doppie prenotazioni](article:{double})."),
        "ko": Told("채널 매니저 연결하기", "홈페이지와 모든 판매 사이트를 하나의 달력으로 관리합니다.",
            "채널 매니저는 같은 객실이 두 번 팔리지 않게 해 줍니다. 2분마다 정보를 주고받습니다.\n\n"
            "1. **설정, 채널**에서 *연결*을 누릅니다.\n2. 채널 매니저의 *API 접근* 화면에 있는 키를 붙여 넣습니다.\n"
            "3. 객실마다 이름을 맞춘 뒤 *시작*을 누릅니다.\n\n"
            "| 상태 | 뜻 |\n|---|---|\n| 초록 | 마지막 동기화가 5분 이내 |\n| 노랑 | 짝이 없는 객실이 있음 |\n"
            "| 빨강 | 키가 거절됨. 새로 발급하세요 |\n\n"
            "> [!WARNING]\n> 빨간 상태에서는 아무것도 동기화되지 않습니다. [중복 예약이 생겼을 때](article:{double})를 보세요."),
    }, {"en": ["sync", "OTA", "iCal"], "it": ["sincronizzazione"], "ko": ["동기화", "연동"]}),
    Sample("double", "bookings", {
        "en": Told("What to do about double bookings", "Stop the clash first, then find out where it came from.",
            "## Stop it\n\n1. Open **Settings, Channels** and press *Pause*. Nothing new is sold elsewhere.\n"
            "2. Open **Calendar, Clashes**: every night sold twice is listed, the next arrival first.\n"
            "3. Move one of the two guests, or offer a refund from there.\n\n"
            "## Find the cause\n\nThe clock of the channel manager, a room without a partner and a price typed in by hand are behind nine of "
            "ten clashes. The line *Last exchange* says which.\n\n> [!IMPORTANT]\n> Do not switch the channel off and on again: that "
            "empties its list of what it has sent."),
        "it": Told("Che fare con le doppie prenotazioni", "Prima fermare i conflitti, poi trovarne la causa.",
            "## Fermarli\n\n1. In **Impostazioni, Canali** premere *Pausa*: altrove non si vende più nulla.\n"
            "2. In **Calendario, Conflitti** c'è ogni notte venduta due volte, il primo arrivo in alto.\n"
            "3. Da lì spostare uno degli ospiti o offrire un rimborso.\n\n"
            "## Trovare la causa\n\nNove volte su dieci è l'orologio del channel manager, una camera non abbinata o un prezzo scritto a "
            "mano. La riga *Ultimo scambio* dice quale.\n\n> [!IMPORTANT]\n> Non spegnere e riaccendere il canale: si perde l'elenco di "
            "ciò che ha inviato."),
        "ko": Told("중복 예약이 생겼을 때", "먼저 더 생기지 않게 막고, 그다음 원인을 찾습니다.",
            "## 막기\n\n1. **설정, 채널**에서 *일시 중지*를 누릅니다. 다른 사이트에서 더 팔리지 않습니다.\n"
            "2. **달력, 충돌**에 두 번 팔린 날이 도착이 빠른 순서로 나옵니다.\n3. 거기서 한 분의 객실을 옮기거나 환불을 제안합니다.\n\n"
            "## 원인 찾기\n\n열에 아홉은 채널 매니저의 시계, 짝이 없는 객실, 손으로 입력한 가격 때문입니다. *마지막 동기화* 줄에 표시됩니다.\n\n"
            "> [!IMPORTANT]\n> 채널을 껐다 켜지 마세요. 보낸 내역이 모두 사라집니다."),
    }, {"en": ["overbooking", "clash"], "it": ["overbooking"], "ko": ["오버부킹", "이중 예약"]}),
    Sample("reminders", "bookings", {
        "en": Told("Reminders for guests and classes", "Who gets a reminder, when, and how to stop one.",
            "A reminder leaves a day before the stay or class, in the language of the booking.\n\n"
            "- **Settings, Reminders** says when, and whether they leave by themselves.\n"
            "- When you move a class, only the reminder for the new day is sent.\n- *Hold* in a booking stops its own reminder.\n\n"
            "> [!NOTE]\n> A guest who answers a reminder writes to you: the answer is in your inbox."),
        "it": Told("Promemoria per ospiti e corsi", "Chi lo riceve, quando, e come fermarlo.",
            "Il promemoria parte il giorno prima, nella lingua della prenotazione.\n\n"
            "- **Impostazioni, Promemoria** dice quando, e se partono da soli.\n"
            "- Spostando un corso parte solo il promemoria del nuovo giorno.\n- *Trattieni* in una prenotazione ferma il suo.\n\n"
            "> [!NOTE]\n> L'ospite che risponde a un promemoria scrive a voi: la risposta è nella posta."),
        "ko": Told("손님과 수업 알림", "누구에게 언제 보내는지, 멈추는 방법은 무엇인지.",
            "알림은 하루 전에 예약할 때 쓴 언어로 나갑니다.\n\n- **설정, 알림**에서 시각과 자동 발송 여부를 정합니다.\n"
            "- 수업을 옮기면 새 날짜의 알림만 나갑니다.\n- 예약 화면의 *보류*를 누르면 그 예약의 알림만 멈춥니다.\n\n"
            "> [!NOTE]\n> 손님이 알림에 답장하면 받은 편지함으로 들어옵니다."),
    }),
    Sample("mail", "bookings", {
        "en": Told("Confirmations do not arrive", "Let mail servers know that we may write in your name.",
            "Some mail servers refuse confirmations when your domain does not say that Tidepool may send them.\n\n"
            "Add this line to the DNS of your domain:\n\n```text\nv=spf1 include:mail.tidepool.example ~all\n```\n\n"
            "Then open **Settings, Mail** and press *Check*. Confirmations of the last seven days can be sent again from there."),
        "it": Told("Le conferme non arrivano", "Far sapere ai server di posta che possiamo scrivere a vostro nome.",
            "Certi server rifiutano le conferme se il vostro dominio non dice che Tidepool può inviarle.\n\n"
            "Aggiungere questa riga al DNS del dominio:\n\n```text\nv=spf1 include:mail.tidepool.example ~all\n```\n\n"
            "Poi in **Impostazioni, Posta** premere *Verifica*. Da lì si rispediscono le conferme degli ultimi sette giorni."),
        "ko": Told("예약 확인 메일이 오지 않을 때", "저희가 대신 보낼 수 있다고 메일 서버에 알려 줍니다.",
            "도메인에 허용 설정이 없으면 일부 메일 서버가 확인 메일을 거절합니다.\n\n도메인 DNS에 다음 줄을 추가하세요.\n\n"
            "```text\nv=spf1 include:mail.tidepool.example ~all\n```\n\n"
            "그다음 **설정, 메일**에서 *확인*을 누릅니다. 지난 7일의 확인 메일을 거기서 다시 보낼 수 있습니다."),
    }, {"en": ["SPF", "spam", "DNS"], "it": ["SPF", "spam"], "ko": ["SPF", "스팸"]}),
    Sample("groups", "bookings", {
        "en": Told("Prices for groups", "A discount that grows with the number of rooms.",
            "Under **Settings, Prices, Groups** add a line for each step:\n\n"
            "| From rooms | Discount |\n|---:|---:|\n| 10 | 5 % |\n| 20 | 8 % |\n| 40 | by agreement |\n\n"
            "A step *by agreement* sends the request to you instead of showing a price."),
        "it": Told("Prezzi per gruppi", "Uno sconto che cresce con le camere.",
            "In **Impostazioni, Prezzi, Gruppi** aggiungere una riga per ogni scalino:\n\n"
            "| Da camere | Sconto |\n|---:|---:|\n| 10 | 5 % |\n| 20 | 8 % |\n| 40 | su richiesta |\n\n"
            "Lo scalino *su richiesta* manda la domanda a voi invece di mostrare un prezzo."),
    }),
    Sample("prorated", "billing", {
        "en": Told("Properties added in the middle of a month", "You pay for the days a property was active.",
            "A property that is added or closed during a month is charged by the day. The line *properties, prorated* on page two of the "
            "invoice shows the days of each one.\n\n**Example:** added on the 15th of a month of 30 days, a property costs 16/30 of its price."),
        "it": Told("Strutture aggiunte a metà mese", "Si pagano i giorni in cui la struttura è stata attiva.",
            "Una struttura aggiunta o chiusa durante il mese si paga a giorni. La riga *strutture, pro rata* a pagina due della fattura "
            "mostra i giorni di ciascuna.\n\n**Esempio:** aggiunta il 15 di un mese di 30 giorni, costa 16/30 del prezzo."),
        "ko": Told("달 중간에 추가한 숙소의 요금", "사용한 날만큼만 냅니다.",
            "달 중간에 추가하거나 닫은 숙소는 일 단위로 계산합니다. 청구서 2쪽의 *숙소, 일할 계산* 줄에 숙소별 날수가 나옵니다.\n\n"
            "**예:** 30일인 달의 15일에 추가하면 요금의 30분의 16입니다."),
    }, again="\n\nDays are counted in the time zone of the property."),
    Sample("invoices", "billing", {
        "en": Told("Copies of invoices, and tax numbers", "Every invoice is in your account; a wrong tax number is put right at once.",
            "All invoices are under **Account, Invoices** as PDF. Who should get them by mail is set there too.\n\n"
            "A tax number can be changed until an invoice is paid; we then issue it again under the same number."),
        "it": Told("Copie delle fatture e partita IVA", "Le fatture sono nell'account; una partita IVA sbagliata si corregge subito.",
            "Tutte le fatture sono in PDF sotto **Account, Fatture**; lì si decide anche chi le riceve per posta.\n\n"
            "La partita IVA si può cambiare finché la fattura non è pagata: la emettiamo di nuovo con lo stesso numero."),
        "ko": Told("세금계산서와 사업자등록번호", "모든 세금계산서는 계정에 있고, 번호는 바로 고칠 수 있습니다.",
            "**계정, 세금계산서**에서 PDF로 받을 수 있습니다. 메일로 받을 담당자도 거기서 정합니다.\n\n"
            "결제 전이라면 사업자등록번호를 바꿀 수 있고, 같은 번호로 다시 발행해 드립니다."),
    }, {"en": ["VAT", "receipt"], "it": ["IVA", "ricevuta"], "ko": ["부가세", "영수증"]}),
    Sample("clashes-inside", "bookings", {
        "en": Told("For us: a customer reports double bookings", "What to ask and whom to call.",
            "1. Severity *urgent* when guests arrive today.\n2. Ask for the export under **Calendar, Clashes**.\n"
            "3. Compare the clock of the channel manager with ours; the vendor answers on the partner line within the hour.\n\n"
            "Customers find [these steps](article:{double})."),
    }, visibility="internal"),
    Sample("waiting-list", "bookings", {
        "en": Told("A waiting list for full days", "", "When somebody cancels, the first on the list gets an offer that is good for two hours.\n\n"
                   "(Still to write: how to switch it on.)"),
    }, draft=True),
)  # fmt: skip
