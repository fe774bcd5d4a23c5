"""The words of the public pages themselves, per language; any other language reads them in English."""

from collections.abc import Mapping

WORDS: dict[str, dict[str, str]] = {
    "en": {
        "help": "How can we help?", "search": "Search", "search_label": "Search the help centre",
        "search_hint": "Describe it in your words", "collections": "Topics", "recent": "Recently updated",
        "articles_one": "1 article", "articles_many": "{n} articles", "updated": "Updated {date}", "on_page": "On this page",
        "related": "Related articles", "same_topic": "In the same topic", "before": "Previous", "behind": "Next",
        "found": "Articles", "helped": "Did this answer your question?", "yes": "Yes", "no": "No",
        "thanks_yes": "Good to know. Thank you.", "thanks_no": "Thank you for telling us. Search once more, or ask us.",
        "ask_title": "Still need help?", "ask_text": "Ask us. A person reads it.", "ask": "Ask us", "home": "Help centre",
        "skip": "Skip to the text", "language": "Language", "site": "Back to the website",
        "results_one": "1 result for “{query}”", "results_many": "{n} results for “{query}”",
        "none": "Nothing fits “{query}” well enough.",
        "none_text": "Try other words, look through the topics, or ask us.", "corrected": "Shown for “{query}”.",
        "missing": "This page is not here", "missing_text": "It may have moved or been taken down. Search for it, or start from the topics.",
        "video": "Play the video", "video_note": "Loads from {host} when you press it.", "video_own": "Loads when you press it.",
        "contact_title": "Ask us", "contact_text": "We answer by email.", "email": "Your email address", "name": "Your name",
        "subject": "What is it about?", "message": "Your message", "optional": "optional", "send": "Send",
        "sent_title": "Your message has arrived", "sent_text": "We answer to {address}. You can close this page.",
        "wrong_email": "This does not look like an email address. Check it, please. Nothing is lost.",
        "wrong_text": "Write a few words, so that we know what it is about.",
        "slow_down": "That was a lot in a short time. Wait a minute and send it again; nothing is lost.",
        "suggested": "Perhaps one of these answers it", "messenger": "Write to us in the messenger at the bottom of this page.",
        "no_contact": "Questions cannot be sent from here. Use the way you know us by.", "newest": "News of {name}",
        "empty": "There is nothing here yet.", "no_text": "This text is not there in {language} yet.", "more": "More",
    },
    "it": {
        "help": "Come possiamo aiutarti?", "search": "Cerca", "search_label": "Cerca nel centro assistenza",
        "search_hint": "Descrivilo con parole tue", "collections": "Argomenti", "recent": "Aggiornati di recente",
        "articles_one": "1 articolo", "articles_many": "{n} articoli", "updated": "Aggiornato il {date}",
        "on_page": "In questa pagina", "related": "Articoli correlati", "same_topic": "Nello stesso argomento", "before": "Precedente",
        "behind": "Successivo", "found": "Articoli", "helped": "Hai trovato la risposta?", "yes": "Sì",
        "no": "No", "thanks_yes": "Bene a sapersi. Grazie.",
        "thanks_no": "Grazie per avercelo detto. Cerca ancora, oppure chiedi a noi.", "ask_title": "Serve altro aiuto?",
        "ask_text": "Scrivici: legge una persona.", "ask": "Chiedi a noi", "home": "Centro assistenza",
        "skip": "Vai al testo", "language": "Lingua", "site": "Torna al sito",
        "results_one": "1 risultato per “{query}”", "results_many": "{n} risultati per “{query}”",
        "none": "Niente corrisponde abbastanza a “{query}”.",
        "none_text": "Prova con altre parole, guarda gli argomenti oppure chiedi a noi.",
        "corrected": "Risultati per “{query}”.", "missing": "Questa pagina non c’è",
        "missing_text": "Forse è stata spostata o tolta. Cercala, oppure parti dagli argomenti.",
        "video": "Guarda il video", "video_note": "Si carica da {host} quando lo premi.", "video_own": "Si carica quando lo premi.",
        "contact_title": "Chiedi a noi", "contact_text": "Rispondiamo per email.", "email": "Il tuo indirizzo email",
        "name": "Il tuo nome", "subject": "Di che cosa si tratta?", "message": "Il tuo messaggio", "optional": "facoltativo",
        "send": "Invia", "sent_title": "Il messaggio è arrivato", "sent_text": "Rispondiamo a {address}. Puoi chiudere questa pagina.",
        "wrong_email": "Non sembra un indirizzo email. Controllalo; non si è perso niente.",
        "wrong_text": "Scrivi qualche parola, così capiamo di che cosa si tratta.",
        "slow_down": "Troppi messaggi in poco tempo. Aspetta un minuto e invia di nuovo; non si è perso niente.",
        "suggested": "Forse la risposta è qui", "messenger": "Scrivici nella chat in fondo a questa pagina.",
        "no_contact": "Da qui non si possono inviare domande. Usa il contatto che conosci.", "newest": "Novità di {name}",
        "empty": "Qui non c’è ancora niente.", "no_text": "Questo testo non c’è ancora in {language}.", "more": "Altro",
    },
    "ko": {
        "help": "무엇을 도와드릴까요?", "search": "검색", "search_label": "도움말 검색", "search_hint": "궁금한 내용을 편하게 적어 보세요",
        "collections": "주제", "recent": "최근에 고친 글", "articles_one": "글 1개", "articles_many": "글 {n}개",
        "updated": "{date}에 고쳤어요", "on_page": "이 글의 차례", "related": "함께 볼 글", "same_topic": "같은 주제의 글", "before": "이전 글", "behind": "다음 글", "found": "글", "helped": "궁금한 점이 풀렸나요?",
        "yes": "네", "no": "아니요", "thanks_yes": "알려 주셔서 고마워요.",
        "thanks_no": "알려 주셔서 고마워요. 다시 검색하거나 저희에게 물어보세요.", "ask_title": "도움이 더 필요하신가요?",
        "ask_text": "물어보시면 담당자가 직접 읽어요.", "ask": "문의하기", "home": "도움말", "skip": "본문으로 건너뛰기",
        "language": "언어", "site": "웹사이트로 돌아가기", "results_one": "‘{query}’ 검색 결과 1개",
        "results_many": "‘{query}’ 검색 결과 {n}개", "none": "‘{query}’에 꼭 맞는 글이 없어요.",
        "none_text": "다른 말로 검색하거나 주제를 살펴보거나 저희에게 물어보세요.", "corrected": "‘{query}’로 찾았어요.",
        "missing": "페이지를 찾을 수 없어요", "missing_text": "옮겨졌거나 내려간 글일 수 있어요. 검색하거나 주제에서 찾아보세요.",
        "video": "동영상 보기", "video_note": "누르면 {host}에서 불러와요.", "video_own": "누르면 불러와요.",
        "contact_title": "문의하기", "contact_text": "답변은 이메일로 보내 드려요.", "email": "이메일 주소", "name": "이름",
        "subject": "어떤 내용인가요?", "message": "문의 내용", "optional": "선택", "send": "보내기",
        "sent_title": "문의가 잘 도착했어요", "sent_text": "{address}(으)로 답변을 보내 드려요. 이 페이지는 닫아도 돼요.",
        "wrong_email": "이메일 주소가 올바르지 않은 것 같아요. 다시 확인해 주세요. 쓰신 내용은 그대로 있어요.",
        "wrong_text": "어떤 내용인지 알 수 있게 조금만 적어 주세요.",
        "slow_down": "짧은 시간에 너무 많이 보냈어요. 잠시 뒤에 다시 보내 주세요. 쓰신 내용은 그대로 있어요.",
        "suggested": "이 글에 답이 있을지도 몰라요", "messenger": "이 페이지 아래쪽 메신저로 물어보세요.",
        "no_contact": "여기에서는 문의를 보낼 수 없어요. 알고 계신 연락처를 이용해 주세요.", "newest": "{name} 새 소식",
        "empty": "아직 아무것도 없어요.", "no_text": "이 글은 아직 {language}로 없어요.", "more": "더 보기",
    },
}  # fmt: skip

_NAMES = {
    "ar": "العربية", "bg": "Български", "bn": "বাংলা", "ca": "Català", "cs": "Čeština", "da": "Dansk", "de": "Deutsch",
    "el": "Ελληνικά", "en": "English", "es": "Español", "et": "Eesti", "fa": "فارسی", "fi": "Suomi", "fr": "Français",
    "he": "עברית", "hi": "हिन्दी", "hr": "Hrvatski", "hu": "Magyar", "id": "Bahasa Indonesia", "it": "Italiano",
    "ja": "日本語", "ko": "한국어", "lt": "Lietuvių", "lv": "Latviešu", "ms": "Bahasa Melayu", "nb": "Norsk",
    "nl": "Nederlands", "no": "Norsk", "pl": "Polski", "pt": "Português", "ro": "Română", "ru": "Русский",
    "sk": "Slovenčina", "sl": "Slovenščina", "sr": "Српски", "sv": "Svenska", "th": "ไทย", "tr": "Türkçe",
    "uk": "Українська", "vi": "Tiếng Việt", "zh": "中文",
}  # fmt: skip

_MONTHS = {
    "en": [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ],
    "it": [
        "gennaio",
        "febbraio",
        "marzo",
        "aprile",
        "maggio",
        "giugno",
        "luglio",
        "agosto",
        "settembre",
        "ottobre",
        "novembre",
        "dicembre",
    ],
}


def words(language: str) -> Mapping[str, str]:
    """The catalogue for a language: `it-CH` reads Italian."""
    return WORDS.get(base(language), WORDS["en"])


def base(language: str) -> str:
    return language.partition("-")[0].lower()


def language_name(language: str) -> str:
    """A language in its own words; with its region where it has one."""
    name = _NAMES.get(base(language), language)
    region = language.partition("-")[2]
    return f"{name} ({region})" if region else name


def og_locale(language: str) -> str:
    """As OpenGraph writes it: `en_US`."""
    region = {"en": "US", "it": "IT", "ko": "KR", "ja": "JP", "zh": "CN", "da": "DK", "sv": "SE", "cs": "CZ"}
    short, _, given = language.partition("-")
    return f"{short}_{(given or region.get(short, short)).upper()}"


def day(language: str, year: int, month: int, day_of_month: int) -> str:
    """A date as it is written out: "3 May 2026", "2026년 5월 3일"."""
    short = base(language)
    if short == "ko":
        return f"{year}년 {month}월 {day_of_month}일"
    if short in _MONTHS:
        return f"{day_of_month} {_MONTHS[short][month - 1]} {year}"
    return f"{year}-{month:02}-{day_of_month:02}"
