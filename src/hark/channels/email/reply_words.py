"""The words mail programs put around answers, history and forwards, by language. Learned from how Gmail, Outlook (new,
classic, mobile), Apple Mail, Thunderbird, Naver, Daum, Kakao, Yahoo, Zoho and Proton write; rules are in `reply`."""

import re

# language: how "<date>, <person> wrote:" begins and ends; an empty beginning stands for any line that has a date
WROTE = {
    "en": (r"(?:On|At)\b", r"(?:wrote|writes|said)\s?:"),
    "ko": (
        r"\d{4}\s?[년./-]|.{0,80}\d{1,2}:\d{2}",
        r"(?:(?:님이|님께서|이\(가\)|[이가은는])?\s*(?:작성|작성함|작성했습니다|쓴 글|쓰신 글|썼습니다|보낸 글))\s?[:：]",
    ),
    "it": (
        r"(?:Il(?: giorno)?|In data|Alle|Data|lun\w*|mar\w*|mer\w*|gio\w*|ven\w*|sab\w*|dom\w*|\d)\b",
        r"(?:ha scritto|scrive|ha scritto quanto segue)\s?:",
    ),
    "de": (r"(?:Am|Den|Um)\b", r"(?:schrieb\b[^:]{0,120}|Folgendes geschrieben\s?):"),
    "fr": (r"Le\b", r"(?:a écrit|écrivait|a ecrit)\s?:"),
    "es": (r"(?:El|En|A las)\b", r"(?:escribió|escribio|escribe)\s?:"),
    "pt": (
        r"(?:Em|No dia|A|Na|No|Às)\b|[^:]{1,80}<[^<>\s]+@[^<>\s]+> escreveu \(",
        r"(?:escreveu|escrito)(?: \([^()]{5,60}(?:\(s\))?[^()]{0,20}\))?\s?:",
    ),
    "nl": (r"(?:Op|Het)\b", r"(?:schreef\b[^:]{0,120}|het volgende geschreven)\s?:"),
    "pl": (
        r"(?:W dniu|Dnia|pon|wt|śr|czw|pt|sob|niedz|Wiadomość napisana|\d)",
        r"(?:napisał(?:\(a\)|a)?|pisze|o godz\. [\d:]{4,8})\s?:",
    ),
    "sv": (r"(?:Den|På|mån|tis|ons|tors|fre|lör|sön|\d)", r"skrev\b[^:]{0,120}:"),
    "da": (r"(?:Den|På|man|tir|ons|tor|fre|lør|søn|\d)", r"skrev\b[^:]{0,120}:"),
    "no": (r"(?:Den|På|man|tir|ons|tor|fre|lør|søn|\d)", r"skrev\b[^:]{0,120}:"),
    "fi": (r"", r"kirjoitti\s?:"),
    "cs": (r"(?:Dne|\d|[a-zá-ž]{2} )", r"napsal(?:\(a\)|a)?\s?:"),
    "hu": (r"", r"(?:írta|ezt írta)\b[^:]{0,120}:"),
    "ro": (r"(?:În|Pe|La|\d)", r"a scris\s?:"),
    "ru": (r"", r"(?:написал(?:\(а\)|а)?|писал(?:\(а\)|а)?|пишет)\s?:"),
    "uk": (r"", r"(?:написав(?:\(ла\))?|написала|пише)\s?:"),
    "tr": (r"", r"(?:şunu yazdı|yazdı|tarihinde şöyle yazdı)\s?:"),
    "vi": (r"(?:Vào|Lúc)\b", r"(?:đã viết|viết)\s?:"),
    "ja": (r"\d{4}\s?[年/-]", r"(?:のメール|が書きました|さん(?:は|が)書きました|<[^<>]+@[^<>]+>)\s?[:：]"),
    "zh": (r"", r"(?:写道|寫道|来信|來信)\s?[:：]"),
}
# language: the fields of the header block Outlook and others put before the history
FIELDS = {
    "en": "From|Sent|To|Cc|Bcc|Subject|Date|Reply-To|Importance",
    "ko": "보낸\\s?사람|보낸\\s?날짜|보낸\\s?이|보낸\\s?시간|보낸\\s?일시|받는\\s?사람|받는\\s?이|받은\\s?날짜|발신자?|수신자?|참조|제목|날짜|보낸\\s?시각",
    "it": "Da|Inviato|Data|A|Cc|Oggetto", "de": "Von|Gesendet|Datum|An|Cc|Betreff",
    "fr": "De|Envoyé(?: le)?|Date|À|A|Cc|Copie à|Objet|Sujet|Message du",
    "es": "De|Enviado(?: el)?|Fecha|Para|CC|Asunto", "pt": "De|Enviad[ao](?: em)?|Data|Para|Cc|Assunto",
    "nl": "Van|Verzonden|Datum|Aan|CC|Onderwerp", "pl": "Od|Wysłano|Data|Do|DW|Temat",
    "sv": "Från|Skickat|Datum|Till|Kopia|Ämne", "da": "Fra|Sendt|Dato|Til|Cc|Emne", "no": "Fra|Sendt|Dato|Til|Kopi|Emne",
    "fi": "Lähettäjä|Lähetetty|Päivämäärä|Vastaanottaja|Kopio|Aihe", "cs": "Od|Odesláno|Datum|Komu|Kopie|Předmět",
    "hu": "Feladó|Elküldve|Dátum|Címzett|Másolatot kap|Tárgy", "ro": "De la|Trimis|Data|Către|Subiect",
    "ru": "От(?: кого)?|Отправлено|Дата|Кому|Копия|Тема", "uk": "Від|Надіслано|Дата|Кому|Тема",
    "tr": "Kimden|Gönderen|Gönderildi|Tarih|Kime|Konu", "vi": "Từ|Đã gửi|Ngày|Đến|Tới|Chủ đề",
    "ja": "差出人|送信者|送信元|送信日時|送信日|日時|日付|宛先|受信者|件名|CC",
    "zh": "发件人|發件人|寄件者|寄件人|发送时间|發送時間|发送日期|寄件日期|傳送時間|收件人|收件者|主题|主題|主旨|抄送|副本|日期|时间",
}  # fmt: skip
SUBJECT_FIELD = re.compile(
    r"^[\s>*|]{0,20}(?:Subject|제목|Oggetto|Betreff|Objet|Sujet|Asunto|Assunto|Onderwerp|Temat|Ämne|Emne|Aihe|Předmět|Tárgy|Subiect|Тема|Konu|Chủ đề|件名|主题|主題|主旨)\s?\*?\s?[:：|]",
    re.IGNORECASE,
)
_ORIGINALS = (
    r"Original (?:Message|E?-?Mail|Appointment)|Original|Reply(?: Message)?|원본\s?(?:메시지|메일|메세지|이메일)(?:\s?내용)?|원문|"
    r"Messaggio originale|Ursprüngliche (?:Nachricht|E?-?Mail)|Originalnachricht|Original-Nachricht|Message d['’]origine|"
    r"Message original|Courriel original|Mensaje original|Mensagem original|Oorspronkelijk(?: be|e e-?mailbe)richt|"
    r"Wiadomość oryginalna|Oryginalna wiadomość|Ursprungligt meddelande|Originalmeddelande|Oprindelig (?:meddelelse|besked)|"
    r"Opprinnelig melding|Alkuperäinen viesti|Исходное (?:сообщение|письмо)|Původní (?:zpráva|e-mail)|Eredeti üzenet|"
    r"Mesaj original|Orijinal (?:Mesaj|İleti)|Tin nhắn gốc|元のメッセージ|原始(?:邮件|郵件|信件)|Replied Message|回复的原邮件|받은\s?메일(?:\s?내용)?"
)
ORIGINAL = re.compile(
    rf"^[\s*_=-]{{0,4}}[-_=]{{2,}}\s*\[?\s*(?:{_ORIGINALS})\s*\]?\s*:?\s*[-_=]{{2,}}[\s*]*$|"
    r"^##- .{5,150} -##\s*$|"  # Zendesk, in every language
    r"^\W{0,12}(?:please )?(?:type |write |enter )?(?:your )?reply above (?:this|the) line\b.{0,60}$|"
    r"^\W{0,12}이 (?:줄|선) 위에 (?:답장|회신).{0,60}$",
    re.IGNORECASE,
)
FORWARD = re.compile(
    r"^[ \t>*_-]{0,60}(?:Begin forwarded message|Forwarded (?:message|by|conversation)|(?:다음은 )?전달된\s?(?:메시지|메일|이메일)|메시지 전달|"
    r"Messaggio inoltrato|Inizio messaggio inoltrato|Weitergeleitete (?:Nachricht|Mail|E-Mail)|Anfang der weitergeleiteten|"
    r"(?:Message|Mail|Courriel) transféré|Début du message (?:réexpédié|transféré)|Mensaje reenviado|Inicio del mensaje reenviado|"
    r"Mensagem (?:encaminhada|reencaminhada)|Início da mensagem (?:re)?encaminhada|Doorgestuurd bericht|Begin doorgestuurd bericht|"
    r"Przekazana wiadomość|Treść przekazanej wiadomości|Początek przekazywanej wiadomości|Vidarebefordrat (?:meddelande|brev)|Vidarebefordrat|Videresendt|"
    r"Пересылаемое сообщение|Начало переадресованного|Přeposlaná zpráva|Továbbított|Välitetty viesti|İletilen (?:mesaj|ileti)|"
    r"転送(?:された)?メッセージ|(?:开始)?转发的?(?:邮件|消息|信息)|(?:開始)?轉寄的?(?:郵件|訊息|信件)|被转发)",
    re.IGNORECASE | re.MULTILINE,
)
# Outlook begins a forward as it begins an answer; only the subject tells.
FORWARD_SUBJECT = re.compile(
    r"^\s*(?:fwd?|wg|tr|i|rv|enc|vb|vl|pd|doorst|전달)\s?:|^\s*(?:转发|轉寄|転送)\s?[:：]", re.IGNORECASE
)
# One of these is in every text FORWARD can match: looking for plain words is far cheaper than the pattern.
FORWARD_HINTS = (
    "forwarded", "전달", "inoltrato", "weitergeleitete", "transféré", "réexpédié", "reenviado", "encaminhada", "doorgestuurd",
    "przekaz", "vidarebefordrat", "videresendt", "пересыла", "переадрес", "přeposlaná", "továbbított", "välitetty", "letilen",
    "転送", "转发", "轉寄",
)  # fmt: skip
SEPARATOR = re.compile(r"^[\s>]*[-_=*—–]{3,}\s*$")
DATED = re.compile(r"@|\d{4}|\d{1,2}[:.h]\d{2}|\d{1,2}[./-]\d{1,2}|\b[A-Z][a-z]{2} \d{1,2}\b")  # a moment or an address
MOMENT = re.compile(r"@[\w-]+\.|\b\d{1,2}[:.h]\d{2}\b|\b\d{4}[/.-]\d{1,2}[/.-]\d{1,2}\b")
DAY = re.compile(r"\d{4}|\d{1,2}[./-]\d{1,2}|\b[A-Z][a-z]{2} \d{1,2}\b|\d{1,2}월")

# --- ends of what a person wrote -------------------------------------------------------------------------------------

DELIMITER = re.compile(r"^(?:- )?(?:--|__|—)\s*$")  # "- --": a delimiter within text signed by OpenPGP
_DEVICE = (
    r"(?:i ?phone|i ?pad|i ?pod|android|galaxy|samsung|blackberry|nokia|huawei|xiaomi|pixel|lg |htc|windows|surface|mac|"
    r"mobile|phone|smartphone|handy|tablet|mail|outlook|gmail|yahoo|proton|spark|front|aol|zoho|typeapp|nine|airmail|"
    r"handheld|device|telefon|téléphone|móvil|celular|cellulare)"
)
SENT_FROM = re.compile(
    rf"^[-*_<(\s]{{0,3}}(?:Sent (?:from|via|with|using) [^,.]{{0,40}}?{_DEVICE}\b.{{0,80}}$|Sent from my (?!desk\b)(?:[\w+-]+ ?){{1,6}}[.!]?$|"
    r"Sent (?:from|via|with) (?:[A-Z]\w+ ?){1,3}(?:$|[<(\[])|Get (?:Outlook|BlueMail|TypeApp) for|Download(?: the)? .{0,30} app|"
    r"(?:나의|내) .{1,30}에서 (?:보냄|보낸)|.{1,40}에서 (?:보냄|보냈습니다|전송됨|보낸 메일입니다)\.?$|.{1,20}용 Outlook(?:에서 보냄| 다운로드|을)|"
    r"Inviato da(?:l mio| mio)? |Inviato con |Scarica Outlook|Ottieni Outlook|Gesendet (?:von|mit|über) |Von meinem .{1,30} gesendet|"
    r"Diese Nachricht wurde von meinem|Holen Sie sich Outlook|Outlook für .{1,60} (?:beziehen|herunterladen)|Envoyé (?:de|depuis|à partir|avec) |Télécharge[rz]? Outlook|"
    r"Obtenez Outlook|Provenance : |Enviado (?:desde|do|de|a partir|con|com|pelo) |Obtener Outlook|Obter o? ?Outlook|"
    r"Verzonden (?:vanaf|met|via|vanuit) |Verstuurd vanaf |Outlook voor .{1,20} downloaden|Wysłane? z |Wysłano z |Pobierz (?:program|aplikację) Outlook|"
    r"Skickat? från |Skaffa Outlook|Hämta Outlook|Sendt fra |Hent Outlook|Lähetetty |Odesláno z |Elküldve |Отправлено (?:с|из) |"
    r"Надіслано з |.{1,30}から送信$|Outlook for .{1,10} ?を入手|发自.{1,20}$|从 ?Windows.{0,8}发送|(?:Posta|Mail|Courrier|Correo|Correio|Poczta) (?:per|für|pour|para|dla|voor|för) .{0,10}Windows|從我的.{1,20}傳送|从我的.{1,20}发送|"
    r"获取 ?.{0,15}Outlook|取得 ?.{0,15}Outlook|.{1,12}版 ?Outlook ?を入手)",
    re.IGNORECASE,
)
DASH_NAME = re.compile(r"^(?:[-–—~]\s?|/)[^\W\d_][\w.'’-]*(?: [^\W\d_][\w.'’-]*){0,3}$")
_CLOSINGS = (
    r"(?:(?:with |my )?(?:(?:kind|kindest|best|warm|warmest|many thanks and|thanks (?:and|&)|thank you and|friendly) ){0,3}regards(?: from .{1,30})?|"
    r"(?:all the )?best(?: wishes)?|sincerely(?: yours)?|yours (?:sincerely|truly|faithfully)|cordially|respectfully(?: yours)?|warmly|rgds|cheers|br|kr|"
    r"(?:mit (?:freundlichen|besten|lieben|herzlichen|freundlichem) |(?:freundlicher?|viele|beste|liebe|schöne|herzliche) )?gr(?:u|ü|ue)(?:ß|ss)(?:en?)?(?: aus .{2,30})?|hochachtungsvoll|"
    r"mfg|vg|lg|(?:grazie e |in attesa di .{3,30}, )?(?:(?:cordiali|distinti|cari|i migliori|i più cordiali) )?saluti(?: cordiali)?|cordialmente|un (?:cordiale )?saluto|buona giornata|"
    r"(?:bien |très )?cordialement|(?:meilleures |sincères )?salutations(?: distinguées)?|bien à (?:vous|toi)|cdlt|bonne journée|respectueusement|"
    r"(?:(?:muchas )?gracias y )?(?:un (?:cordial )?|reciba un cordial )?saludos?(?: cordiales)?|atentamente|atte|atenciosamente|att|(?:obrigad[oa] e )?(?:com os )?(?:melhores )?cumprimentos|abraços?|"
    r"met (?:vriendelijke|hartelijke) groet(?:en)?|(?:vriendelijke |hartelijke )?groet(?:en|jes)?|mvg|hoogachtend|"
    r"(?:serdecznie )?pozdrawiam(?: serdecznie)?|z (?:poważaniem|powazaniem|wyrazami szacunku)|(?:łączę )?pozdrowienia|"
    r"(?:med )?(?:vänliga?|bästa) hälsning(?:ar)?|hälsningar|vänligen|(?:med )?venlige? hilsen(?:er)?|(?:de )?bedste hilsner|hilsen|mvh|kh|vh|dbh|"
    r"(?:med )?vennlig hilsen|(?:ystävällisin )?terveisin|s pozdravem|üdvözlettel|tisztelettel|с уважением|з повагою|saygılarımla|trân trọng|"
    r"敬具|草々|以上|(?:此致)?敬礼|此致|祝好|顺?祝商祺|(?:감사합니다[.,!]?\s*)?[^\s,.]{1,10}(?:\s[^\s,.]{2,10})?\s?(?:드림|올림|배상|拜上)|best)"
)
CLOSING = re.compile(
    rf"^[\s*_]{{0,4}}{_CLOSINGS}\s?[,.!;:…*_]{{0,3}}(?:\s?[\U0001F300-\U0001FAFF☺-♿]+)?\s*$", re.IGNORECASE
)
DISCLAIMER = re.compile(
    r"^[\s*_]{0,4}(?:(?:legal )?disclaimer\W{0,2}$|confidentiality (?:notice|note)|(?:important|legal) notice\W{0,2}$|"
    r"this (?:e-?mail|message|communication|transmission)\b.{0,120}\b(?:confidential|intended (?:only|solely)|privileged)|"
    r"the (?:information|contents?) (?:contained |transmitted |of |in )+this (?:e-?mail|message|communication)|"
    r"(?:diese|die in dieser) (?:e-?mail|nachricht)\b.{0,80}vertraulich|ce (?:message|courriel|mail)\b.{0,80}confidentiel|"
    r"(?:le informazioni contenute|questo messaggio|questa e-?mail)\b.{0,120}(?:riservat|confidenzial)|"
    r"(?:este|esta) (?:mensaje|mensagem|correo|e-?mail)\b.{0,80}confiden[cs]ial|dit (?:bericht|e-?mailbericht)\b.{0,80}vertrouwelijk|"
    r"(?:본|이) (?:메일|이메일|메시지|전자우편)[은는]?.{0,80}(?:기밀|비밀|수신인|법적)|このメールには.{0,60}機密)",
    re.IGNORECASE,
)
CONTACT = re.compile(
    r"@[\w-]+\.|https?://|\bwww\.|(?:^|\s)(?:\+|tel|fax|ph|phone|mobile|direct|cell|skype|[tfme][.:]\s)|\(?\d{2,4}\)?[\s./-]\d{3,4}[\s./-]\d{3,4}",
    re.IGNORECASE,
)
