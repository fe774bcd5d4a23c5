"""What the test panel says that a bot would have done, in the languages of the workspace."""

from collections.abc import Mapping

from hark.bots.words import spoken

_TRIAL: Mapping[str, Mapping[str, str]] = {
    "en": {
        "found": "Found “{title}”.",
        "nothing": "Nothing good enough was found.",
        "model_off": "The language model may not answer customers here, so the article is shown.",
        "model_not_asked": "A language model would write the answer; here the article is shown.",
        "model_wrote": "The language model wrote it. Sources: {n}.",
        "model_refused": "The language model’s answer is not sent: {why}",
        "model_down": "{why} The article is shown as it is.",
        "would_ask": "Would ask {url}; its results are made up here.",
        "asked": "Asked {url}.",
        "keeps": "Keeps {attribute} = “{value}”.",
        "tags": "Changes tags.",
        "severity_0": "Sets the severity to low.",
        "severity_1": "Sets the severity to normal.",
        "severity_2": "Sets the severity to high.",
        "severity_3": "Sets the severity to urgent.",
        "team": "Gives it to another team.",
        "topic": "Sets the topic.",
        "waits": "Waits {n} s.",
    },
    "it": {
        "found": "Trovato «{title}».",
        "nothing": "Non ha trovato nulla di abbastanza buono.",
        "model_off": "Qui il modello linguistico non può rispondere ai clienti, quindi si mostra l’articolo.",
        "model_not_asked": "La risposta la scriverebbe un modello linguistico; qui si mostra l’articolo.",
        "model_wrote": "L’ha scritta il modello linguistico. Fonti: {n}.",
        "model_refused": "La risposta del modello linguistico non viene inviata: {why}",
        "model_down": "{why} Si mostra l’articolo così com’è.",
        "would_ask": "Interrogherebbe {url}; qui i risultati sono inventati.",
        "asked": "Ha interrogato {url}.",
        "keeps": "Salva {attribute} = «{value}».",
        "tags": "Cambia i tag.",
        "severity_0": "Imposta la gravità bassa.",
        "severity_1": "Imposta la gravità normale.",
        "severity_2": "Imposta la gravità alta.",
        "severity_3": "Imposta la gravità urgente.",
        "team": "La passa a un altro team.",
        "topic": "Imposta l’argomento.",
        "waits": "Aspetta {n} s.",
    },
    "ko": {
        "found": "“{title}”을(를) 찾았습니다.",
        "nothing": "충분히 맞는 도움말을 찾지 못했습니다.",
        "model_off": "여기서는 언어 모델이 고객에게 답할 수 없어 도움말을 보여 줍니다.",
        "model_not_asked": "실제로는 언어 모델이 작성합니다. 여기서는 도움말을 보여 줍니다.",
        "model_wrote": "언어 모델이 작성했습니다. 출처: {n}건.",
        "model_refused": "언어 모델의 답변을 보내지 않습니다: {why}",
        "model_down": "{why} 도움말을 그대로 보여 줍니다.",
        "would_ask": "실제로는 {url}에 요청합니다. 여기 결과는 임의의 값입니다.",
        "asked": "{url}에 요청했습니다.",
        "keeps": "{attribute} = “{value}” 저장.",
        "tags": "태그를 바꿉니다.",
        "severity_0": "심각도를 낮음으로 설정합니다.",
        "severity_1": "심각도를 보통으로 설정합니다.",
        "severity_2": "심각도를 높음으로 설정합니다.",
        "severity_3": "심각도를 긴급으로 설정합니다.",
        "team": "다른 팀에 넘깁니다.",
        "topic": "주제를 설정합니다.",
        "waits": "{n}초 기다립니다.",
    },
}


def trial(locale: str, key: str, **values: object) -> str:
    """One sentence, for a person of the team."""
    return _TRIAL[spoken(locale)][key].format(**values)
