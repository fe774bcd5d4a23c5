"""The words machines put into answers nobody wrote, by language. Rules are in `auto`.

Subjects are those of Outlook and Exchange, Gmail, Apple Mail, Notes, Zimbra, Sieve, cPanel, Naver and Daum; texts are what
people write into such answers. Each table is one pattern because every mail is looked at.
"""

import re

# "Automatic reply: Order 4711". What follows is looked at by `auto`: "Automatic replies fail" is a person.
AUTO_SUBJECT = re.compile(
    r"^(?P<marked>[\[【(<](?:자동\s?(?:회신|응답|답장)|自動(?:返信|応答|回覆)|自动(?:回复|答复)|auto-?reply|automatic reply)[^\]】)>]{0,20}[\]】)>])?"
    r"\W{0,3}(?(marked)|(?:(?:auto(?:matic|mated|-generated)?[\s:_-]{0,2}(?:e-?mail )?(?:repl(?:y|ied)|respon(?:se|der)|answer)|yahoo! auto response|"  # en
    r"(?:automatische|autom\.) (?:antwort|rückantwort|rückmeldung|eingangsbestätigung|empfangsbestätigung)|auto-?antwort|"  # de
    r"risposta (?:automatica|automatizzata)|réponse auto(?:matique|matisée)?|reponse automatique|"  # it fr
    r"(?:respuesta|contestación) autom[áa]tica|auto-?respuesta|resposta autom[áa]tica|resposta automatizada|"  # es pt
    r"automatisch (?:antwoord|bericht)|automatische (?:beantwoording|reactie)|automatyczna odpowied[źz]|odpowied[źz] automatyczna|autoodpowied[źz]|"  # nl pl
    r"auto(?:matiskt? ?)?svar|automatisk (?:svar|besvarelse)|auto(?=:)|"  # sv da no, Notes
    r"자동\s?(?:회신|응답|답장|발신)(?:\s?(?:메일|메시지|안내|입니다)){0,2}|自動(?:返信|応答|回答|送信|回覆|回復)(?:メール|メッセージ)?|自动(?:回复|答复|应答|回覆)(?:邮件)?)))\s*(?P<rest>\S?)",
    re.IGNORECASE,
)
BARE_AUTO = re.compile(r"^\s*auto\s*:", re.IGNORECASE)  # the word for a car in several languages

# How a subject that tells of an absence goes on: it ends, names the mail it answers, or says until when.
_GOES_ON = (
    r"(?=\s*(?:$|[:：~～!！。\]】]|[-–—]\s|[(（\[]|auto|re\s?:|aw\s?:|\d|(?:message|notice|notification|reply|response|alert|assistant)\b|"
    r"(?:until|till|through|thru|from|bis|ab|vom|fino|dal|jusqu|du|hasta|desde|até|tot|t/m|od|do|från|til)\b|"
    r"안내|알림|통지|공지|메일|입니다|자동|です|通知|のお(?:知らせ|しらせ)|のご?連絡|自動|自动|中$))"
)
ABSENT_SUBJECT = re.compile(
    r"^(?:(?:re|aw|antw|sv|r|ref|odp|회신|答复|回复)\s?:\s?){0,3}\W{0,3}(?:"
    r"out[ -]of[ -](?:the[ -])?office|ooo|away from (?:the |my )?(?:office|desk|e-?mail|work)|vacation(?: auto)? ?(?:reply|response|message|notice|responder)|"
    r"(?:currently )?on (?:annual|parental|maternity|paternity|sick|medical) leave|(?:i am|i'm|i will be) (?:currently )?(?:out of (?:the )?office|on (?:vacation|holiday|leave)|away)|"
    r"abwesenheits?(?:notiz|meldung|nachricht|assistent|benachrichtigung|hinweis|agent)?|abwesend|nicht im (?:büro|haus|hause)|außer haus|urlaubs(?:notiz|meldung|abwesenheit)|ich bin (?:im urlaub|nicht im büro|abwesend)|"
    r"fuori (?:sede|ufficio)|assenza dall['’]ufficio|messaggio di assenza|avviso di assenza|(?:sono )?in ferie|non (?:sono )?in ufficio|risposta: non al computer|"
    r"(?:message|notification|avis) d['’]absence|absence du bureau|absent(?:\(?e\)?)? du bureau|(?:je suis )?en (?:congés?|vacances)|(?:je suis )?actuellement absente?|"
    r"fuera de (?:la )?oficina|mensaje de ausencia|aviso de ausencia|(?:estoy )?de vacaciones|ausente de la oficina|"
    r"fora do escrit[óo]rio|(?:mensagem|aviso) de (?:aus[êe]ncia|f[ée]rias)|aus[êe]ncia (?:tempor[áa]ria|do escrit[óo]rio)|(?:estou )?de f[ée]rias|"
    r"afwezigheids?(?:bericht|melding|assistent)|afwezig|niet (?:aanwezig|op kantoor)|buiten kantoor|(?:op|met) vakantie|"
    r"poza biurem|nieobecno(?:ść|sc) w (?:biurze|pracy)|(?:wiadomość|informacja|powiadomienie) o nieobecności|(?:jestem|przebywam) na urlopie|nieobecn[ya] w biurze|"
    r"frånvaro(?:meddelande|besked)?|frånvarande|(?:ej|inte) på kontoret|på semester|ikke på kontoret|ikke til ?stede|fravær(?:smelding|sbesked)?|fraværende|"
    r"(?:assente|assenza|ausente|ausencia|ausência|absente?|absence)(?=\s?:)|부재\s?중|부재(?=\s?(?:안내|알림|자동))|휴가\s?중|휴가(?=\s?(?:안내|알림|로 인한))|출장\s?중|외근\s?중|자리\s?비움|"
    r"不在(?=通知|のお|の連|です|中|$|[:：])|外出中|休暇中|休暇(?=のお知らせ|の連絡)|出張中|不在(?:办公室|辦公室)|外出(?=自动|自動)|休假(?:中)?|假期(?=自动|自動)|出差(?:中|(?=自动|自動)))" + _GOES_ON
    + r"|\bis (?:currently )?(?:out of (?:the )?office|on (?:vacation|leave))\b.{0,40}$|\bist (?:im urlaub|nicht im (?:büro|haus)|abwesend)\b|부재\s?중(?:입니다|이며)",
    re.IGNORECASE,
)  # fmt: skip
# What stands in the text of such an answer. Only read in mails a machine sent.
ABSENT_TEXT = re.compile(
    r"\b(?:out of (?:the |my )?office|out of office|away from (?:the |my )?(?:office|desk|e-?mail|computer)|(?:i am|i'm|i will be|i'll be|currently|now) (?:away|on (?:vacation|holidays?|annual leave|leave|parental leave|maternity leave|paternity leave|sick leave|pto))|"
    r"on (?:vacation|annual leave|parental leave|maternity leave|paternity leave|sick leave|a business trip)|limited access to (?:my )?e-?mail|(?:return(?:ing)? to|back in) the office|"
    r"abwesenheit\w*|nicht (?:im (?:büro|haus|hause)|am arbeitsplatz|erreichbar)|außer haus|(?:im|meinem|in) urlaub|bin (?:ich )?(?:derzeit |zurzeit |bis .{1,40} )?abwesend|wieder (?:im büro|erreichbar|für sie da)|"
    r"fuori (?:sede|ufficio)|in ferie|assente (?:dall|dal|fino|per)|assenza dall['’]ufficio|non (?:sono|sarò) (?:in ufficio|raggiungibile|disponibile)|rientrer[òo]|"
    r"absence du bureau|absent\(?e?\)? (?:du|jusqu|de)|(?:suis|serai) (?:actuellement )?(?:absent|en (?:congés?|vacances|déplacement))|en congés?|de retour (?:le|au bureau)|"
    r"fuera de (?:la |mi )?oficina|de vacaciones|(?:estoy|estaré|me encuentro) (?:ausente|fuera)|me reincorporar[ée]|regresar[ée] (?:el|a la oficina)|"
    r"fora do escrit[óo]rio|de f[ée]rias|(?:estou|estarei) (?:ausente|fora)|retornar?(?:ei|rei) (?:no dia|em|ao)|aus[êe]ncia tempor[áa]ria|"
    r"afwezig\w*|(?:op|met) vakantie|niet (?:op kantoor|aanwezig|bereikbaar)|ben ik (?:weer )?(?:terug|bereikbaar)|"
    r"poza biurem|nieobecn\w*|na urlopie|przebywam na|wracam do (?:biura|pracy)|jestem niedostępn[ya]|"
    r"frånvar\w*|på semester|(?:inte|ej) på kontoret|tillbaka (?:på kontoret|den)|på ferie|ikke på kontoret|fraværende)\b|"
    r"부재\s?중|휴가\s?(?:중|로 인|를? 사용|기간)|자리를\s?비|출장\s?(?:중|으로)|외근\s?중|복귀\s?(?:예정|후)|不在|休暇(?:中|を|の)|外出(?:中|して|して)|出張(?:中|の)|お休みを(?:いただ|頂)|休假|出差|不在办公室|不在辦公室|(?:将|將)于.{1,20}(?:返回|回到)",
    re.IGNORECASE,
)  # fmt: skip
# "Thank you for your mail. I am on holiday": a text that begins like this answers every mail alike.
THANKS = re.compile(
    r"(?:thank(?:s| you)(?: very much)? for (?:your|the) (?:e-?mail|message|mail|note)|thank you for (?:contacting|getting in touch)|(?:vielen |herzlichen )?dank für (?:ihre|deine|die) (?:e-?mail|nachricht|mail|anfrage)|"
    r"grazie per (?:la (?:(?:sua|tua|vostra) )?|il (?:(?:suo|tuo|vostro) )?|aver(?:ci|mi) )(?:e-?mail|mail|messaggio|scritto|contattat)|merci (?:beaucoup )?(?:pour|de) votre (?:e-?mail|mail|message|courriel)|j['’]ai bien reçu votre (?:message|mail)|"
    r"gracias por (?:su|tu) (?:correo|mensaje|e-?mail)|obrigad[oa] (?:pela|pelo) (?:sua |seu )?(?:mensagem|e-?mail|contato|contacto)|bedankt voor (?:uw|je) (?:e-?mail|bericht|mail)|"
    r"dziękuję za (?:wiadomość|e-?mail|maila|kontakt)|tack för (?:ditt|er?t) (?:mejl|mail|e-?post(?:meddelande)?|meddelande)|메일(?:을)?\s?(?:주셔서|보내 ?주셔서) 감사|연락(?:을)?\s?주셔서 감사|"
    r"(?:メール|ご連絡|お問い合わせ)(?:を(?:いただ|頂)き|(?:いただ|頂)き)?.{0,8}ありがとうございます|感谢您的(?:来信|邮件)|感謝您的(?:來信|郵件)|您的?(?:邮件|郵件|来信)已收到)",
    re.IGNORECASE,
)  # fmt: skip
# A ticket system that only says that a mail has come in.
RECEIVED = re.compile(
    r"\b(?:(?:your|the) (?:\w+ ){0,3}(?:has|have) been (?:received|created|registered|opened|logged|assigned)|we(?:'ve| have)(?: successfully)? received your|(?:request|ticket|message|case|inquiry|enquiry) (?:received|created|opened|confirmation)|"
    r"acknowledge(?:s|ment)?(?: of)? (?:the )?receipt|(?:this is an? )?automat(?:ed|ic|ically generated) (?:\w+ )?(?:reply|response|message|e-?mail|acknowledg\w+)|do not reply to this|"
    r"(?:haben|hat) (?:wir )?ihre (?:anfrage|nachricht|e-?mail).{0,40}(?:erhalten|eingegangen)|(?:anfrage|nachricht|ticket) (?:ist |wurde )?(?:bei uns )?(?:eingegangen|erstellt|erfasst)|eingangsbestätigung|automatisch (?:erstellt|generiert)\w*|"
    r"abbiamo ricevuto (?:la (?:sua|tua|vostra)|il (?:suo|tuo))|(?:la (?:sua|tua)|il (?:suo|tuo)) (?:richiesta|ticket|messaggio) è stat[oa]|presa in carico|messaggio (?:generato )?automatic|"
    r"(?:nous avons bien reçu|avons bien reçu) votre|votre (?:demande|message|ticket) a (?:bien )?été|accusé de réception|message automatique|hemos recibido (?:su|tu)|su (?:solicitud|mensaje|ticket) ha sido|acuse de recibo|mensaje automático|"
    r"recebemos (?:a )?(?:sua|seu|o seu)|(?:sua|seu) (?:solicitação|mensagem|chamado) foi|mensagem automática|we? hebben (?:uw|je) (?:bericht|aanvraag|e-?mail).{0,20}ontvangen|ontvangstbevestiging|"
    r"otrzymaliśmy (?:twoj|państwa|pani|pana)\w*|(?:twoje|państwa) zgłoszenie|potwierdzenie (?:otrzymania|przyjęcia)|vi har (?:tagit emot|mottagit|fått) (?:ditt|er)|ditt ärende|mottagningsbekräftelse)\b|"
    r"접수\s?(?:되었|됐|완료|안내)|발신\s?전용|受け付けました|受付(?:いたし|完了)|承りました|自動(?:送信|配信|返信)|(?:已|已经|已經)(?:收到|受理)",
    re.IGNORECASE,
)  # fmt: skip
