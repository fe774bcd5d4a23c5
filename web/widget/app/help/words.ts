/** The words of search and articles: few, so that all languages come with their code. */
const en = {
  search: 'Search for an answer',
  none: 'Nothing fits well enough. Try other words, or write to us.',
  results: { one: '{n} article', other: '{n} articles' },
  failed: 'The search does not answer right now. Write to us instead.',
  suggested: 'Perhaps this answers it',
  hide: 'Hide suggestions',
  back: 'Back',
  helped: 'Did this answer your question?',
  yes: 'Yes',
  no: 'No',
  thanks: 'Good to know. Thank you.',
  sorry: 'Thank you for telling us.',
  ask: 'Write to us',
  page: 'Open as a page',
  gone: 'This article could not be loaded. Try again, or write to us.',
}
type HelpWords = typeof en

const it: HelpWords = {
  search: 'Cerca una risposta',
  none: 'Niente corrisponde abbastanza. Prova con altre parole o scrivici.',
  results: { one: '{n} articolo', other: '{n} articoli' },
  failed: 'La ricerca ora non risponde. Scrivici.',
  suggested: 'Forse la risposta è qui',
  hide: 'Nascondi i suggerimenti',
  back: 'Indietro',
  helped: 'Hai trovato la risposta?',
  yes: 'Sì',
  no: 'No',
  thanks: 'Bene a sapersi. Grazie.',
  sorry: 'Grazie per avercelo detto.',
  ask: 'Scrivici',
  page: 'Apri come pagina',
  gone: 'Non è stato possibile caricare l’articolo. Riprova o scrivici.',
}

const ko: HelpWords = {
  search: '궁금한 내용을 검색해 보세요',
  none: '꼭 맞는 글이 없어요. 다른 말로 검색하거나 저희에게 물어보세요.',
  results: { one: '글 {n}개', other: '글 {n}개' },
  failed: '지금은 검색할 수 없어요. 저희에게 물어보세요.',
  suggested: '이 글에 답이 있을지도 몰라요',
  hide: '추천 글 숨기기',
  back: '뒤로',
  helped: '궁금한 점이 풀렸나요?',
  yes: '네',
  no: '아니요',
  thanks: '알려 주셔서 고마워요.',
  sorry: '알려 주셔서 고마워요.',
  ask: '문의하기',
  page: '페이지로 열기',
  gone: '글을 불러오지 못했어요. 다시 시도하거나 저희에게 물어보세요.',
}

const ALL: Record<string, HelpWords> = { en, it, ko }

export const helpWords = (language: string): HelpWords => ALL[language.split('-')[0] ?? ''] ?? en
