"""What every bot says by itself, in the languages of the product: "did that help?", asking again, handing over."""

from collections.abc import Mapping

from hark.bots.types import Reason

Sentences = Mapping[str, str]

SENTENCES: Mapping[str, Sentences] = {
    "en": {
        "question": "What would you like to know?",
        "found": "This may answer it:",
        "written": "Written automatically, not by a person, from:",
        "earlier": "An earlier answer of our team",
        "helped": "Did that help?",
        "yes": "Yes, thanks",
        "no": "No",
        "glad": "Good to hear. Write again any time.",
        "rephrase": "Sorry about that. Please tell me in other words, or say “a person” and somebody of the team takes over.",
        "again": "I did not understand that. Please choose one of these.",
        "text": "Please write a few words.",
        "email": "That does not look like a mail address. Please write it as name@example.com.",
        "number": "Please answer with a number{bounds}.",
        "date": "Please answer with a date such as 2026-03-31{bounds}.",
        "choice": "Please choose one of these.",
        "file": "Please attach a file.",
        "between": " from {least} to {most}",
        "least": ", at least {least}",
        "most": ", at most {most}",
        "numbered": "Answer with the number or the words.",
        "person": "Talk to a person",
        "person_line": "I am an automatic assistant. To talk to a person, answer “person”.",
        "over_open": "I am handing you over to a person of the team. They see everything you have told me, so there is no need to repeat it.",
        "over_closed": "I am handing you over to a person of the team. They are back {when} and see everything you have told me, so there is no need to repeat it.",
        "over_later": "I am handing you over to a person of the team. Nobody is there right now; they see everything you have told me and answer as soon as they are back.",
        "summary": "Summary of the assistant",
        "asked_for": "Wanted",
        "answered": "Said",
        "shown": "Articles shown",
        "why": "Handed over",
        "helped_yes": "helped",
        "helped_no": "did not help",
    },
    "it": {
        "question": "Che cosa vuoi sapere?",
        "found": "Forse qui c’è la risposta:",
        "written": "Risposta scritta in automatico, non da una persona, in base a:",
        "earlier": "Una risposta precedente del nostro team",
        "helped": "Ti è stato utile?",
        "yes": "Sì, grazie",
        "no": "No",
        "glad": "Bene! Scrivici quando vuoi.",
        "rephrase": "Mi dispiace. Dimmelo con altre parole, oppure scrivi “una persona” e qualcuno del team continua con te.",
        "again": "Non ho capito. Scegli una di queste risposte.",
        "text": "Scrivi qualche parola, per favore.",
        "email": "Non sembra un indirizzo e-mail. Scrivilo come nome@esempio.it.",
        "number": "Rispondi con un numero{bounds}.",
        "date": "Rispondi con una data, per esempio 2026-03-31{bounds}.",
        "choice": "Scegli una di queste risposte.",
        "file": "Allega un file, per favore.",
        "between": " da {least} a {most}",
        "least": ", almeno {least}",
        "most": ", al massimo {most}",
        "numbered": "Rispondi con il numero o con le parole.",
        "person": "Parla con una persona",
        "person_line": "Sono un assistente automatico. Per parlare con una persona rispondi “persona”.",
        "over_open": "Ti passo a una persona del team. Vede tutto quello che mi hai detto: non serve ripeterlo.",
        "over_closed": "Ti passo a una persona del team. Torna {when} e vede tutto quello che mi hai detto: non serve ripeterlo.",
        "over_later": "Ti passo a una persona del team. Adesso non c’è nessuno; vedrà tutto quello che mi hai detto e risponderà appena torna.",
        "summary": "Riassunto dell’assistente",
        "asked_for": "Richiesta",
        "answered": "Ha detto",
        "shown": "Articoli mostrati",
        "why": "Passata a una persona",
        "helped_yes": "utile",
        "helped_no": "non utile",
    },
    "ko": {
        "question": "무엇을 알고 싶으신가요?",
        "found": "이 내용이 도움이 될 수 있습니다:",
        "written": "사람이 아니라 자동으로 작성한 답변입니다. 참고한 내용:",
        "earlier": "저희 팀의 이전 답변",
        "helped": "도움이 되었나요?",
        "yes": "네, 감사합니다",
        "no": "아니요",
        "glad": "다행입니다. 언제든 다시 물어보세요.",
        "rephrase": "죄송합니다. 다른 말로 다시 적어 주시거나, “상담원”이라고 적어 주시면 담당자가 이어서 도와드립니다.",
        "again": "이해하지 못했습니다. 아래에서 하나를 골라 주세요.",
        "text": "몇 마디로 적어 주세요.",
        "email": "이메일 주소가 아닌 것 같습니다. name@example.com 형식으로 적어 주세요.",
        "number": "숫자로 답해 주세요{bounds}.",
        "date": "2026-03-31 같은 날짜로 답해 주세요{bounds}.",
        "choice": "아래에서 하나를 골라 주세요.",
        "file": "파일을 첨부해 주세요.",
        "between": " ({least}부터 {most}까지)",
        "least": " ({least} 이상)",
        "most": " ({most} 이하)",
        "numbered": "번호나 문구로 답해 주세요.",
        "person": "상담원과 이야기하기",
        "person_line": "저는 자동 도우미입니다. 상담원과 이야기하시려면 “상담원”이라고 답해 주세요.",
        "over_open": "담당자에게 연결해 드립니다. 지금까지 말씀하신 내용을 모두 볼 수 있으니 다시 설명하지 않으셔도 됩니다.",
        "over_closed": "담당자에게 연결해 드립니다. 담당자는 {when}에 돌아오며, 지금까지 말씀하신 내용을 모두 볼 수 있으니 다시 설명하지 않으셔도 됩니다.",
        "over_later": "담당자에게 연결해 드립니다. 지금은 자리에 없지만, 말씀하신 내용을 모두 보고 돌아오는 대로 답해 드립니다.",
        "summary": "도우미 요약",
        "asked_for": "요청",
        "answered": "답변한 내용",
        "shown": "보여 준 도움말",
        "why": "넘긴 이유",
        "helped_yes": "도움이 됨",
        "helped_no": "도움이 되지 않음",
    },
}

REASONS: Mapping[str, Mapping[Reason, str]] = {
    "en": {
        Reason.FLOW: "The flow says so here.",
        Reason.ASKED: "The customer asked for a person.",
        Reason.ANGRY: "The customer is angry.",
        Reason.BILLING: "It is about money.",
        Reason.LEAVING: "The customer is about to leave.",
        Reason.UNKNOWN: "No article answers it well enough.",
        Reason.NOT_HELPED: "What was found did not help.",
        Reason.NOT_UNDERSTOOD: "The answer was not understood twice.",
        Reason.WEBHOOK: "A server that was asked did not answer as it should.",
        Reason.LOOP: "The flow ran in a circle.",
        Reason.BROKEN: "The flow leads to a block that is not there.",
        Reason.CANNOT_REACH: "The bot has no way to answer here.",
    },
    "it": {
        Reason.FLOW: "Lo prevede il percorso.",
        Reason.ASKED: "Il cliente ha chiesto una persona.",
        Reason.ANGRY: "Il cliente è arrabbiato.",
        Reason.BILLING: "Si tratta di soldi.",
        Reason.LEAVING: "Il cliente sta per andarsene.",
        Reason.UNKNOWN: "Nessun articolo risponde abbastanza bene.",
        Reason.NOT_HELPED: "Quello che è stato trovato non è servito.",
        Reason.NOT_UNDERSTOOD: "La risposta non è stata capita due volte.",
        Reason.WEBHOOK: "Un server interrogato non ha risposto come doveva.",
        Reason.LOOP: "Il percorso girava in tondo.",
        Reason.BROKEN: "Il percorso porta a un blocco che non c’è.",
        Reason.CANNOT_REACH: "Qui il bot non può rispondere.",
    },
    "ko": {
        Reason.FLOW: "흐름에 따라 넘겼습니다.",
        Reason.ASKED: "고객이 상담원을 요청했습니다.",
        Reason.ANGRY: "고객이 화가 났습니다.",
        Reason.BILLING: "금전과 관련된 문의입니다.",
        Reason.LEAVING: "고객이 이탈하려 합니다.",
        Reason.UNKNOWN: "충분히 맞는 도움말이 없습니다.",
        Reason.NOT_HELPED: "찾은 도움말이 도움이 되지 않았습니다.",
        Reason.NOT_UNDERSTOOD: "답변을 두 번 이해하지 못했습니다.",
        Reason.WEBHOOK: "요청한 서버가 제대로 응답하지 않았습니다.",
        Reason.LOOP: "흐름이 같은 곳을 맴돌았습니다.",
        Reason.BROKEN: "흐름이 없는 블록으로 이어집니다.",
        Reason.CANNOT_REACH: "이 채널에서는 봇이 답할 수 없습니다.",
    },
}


def spoken(language: str) -> str:
    """The language of the product that stands for a customer's."""
    short = language.split("-")[0].lower()
    return short if short in SENTENCES else "en"


def say(language: str, key: str) -> str:
    return SENTENCES[spoken(language)][key]


def reason_sentence(language: str, reason: Reason) -> str:
    return REASONS[spoken(language)][reason]


YES = frozenset(
    {"yes", "y", "yep", "yeah", "yes thanks", "yes thank you", "thanks", "thank you", "it did", "that helped", "ok", "okay", "solved", "great", "perfect",
     "sì", "si", "sì grazie", "si grazie", "grazie", "ok grazie", "perfetto", "risolto", "mi è stato utile", "utile",
     "네", "예", "응", "네 감사합니다", "감사합니다", "감사해요", "고마워", "고마워요", "고맙습니다", "해결됐어요", "해결되었습니다", "도움이 됐어요", "도움이 되었어요",
     "도움이 되었습니다", "됐어요"}
)  # fmt: skip
NO = frozenset(
    {"no", "n", "nope", "not really", "no it did not", "no it didn't", "it did not", "it didn't", "it didn't help", "not helpful",
     "non", "no grazie", "non mi è stato utile", "per niente", "non è utile",
     "아니요", "아니오", "아니", "아뇨", "도움이 안 됐어요", "도움이 되지 않았어요", "도움 안 돼요", "안 됐어요"}
)  # fmt: skip
