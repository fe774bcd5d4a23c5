import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { api } from '../api/client'
import { keys } from '../api/queries'
import { useProblemText } from '../app/problems'
import { navigate } from '../app/router'
import { notify } from '../ui/toasts'
import { type Offer, offersQuery, type Taken } from './queries'

/** Takes an offer and opens it, or declines it; a refusal (it ran out) is said. */
export function useOffers() {
  const client = useQueryClient()
  const say = useProblemText()
  const [isBusy, setBusy] = useState(false)
  const settle = async (offer: Offer, run: () => Promise<unknown>): Promise<boolean> => {
    setBusy(true)
    try {
      await run()
      client.setQueryData(offersQuery.queryKey, (old) => old?.filter((one) => one.conversation_id !== offer.conversation_id))
      return true
    } catch (error) {
      const { title, text } = say(error)
      notify({ text: [title, text].filter(Boolean).join(' '), tone: 'wrong', seconds: 10 })
      return false
    } finally {
      setBusy(false)
      for (const queryKey of [offersQuery.queryKey, keys.lists, keys.counters, keys.conversation(offer.conversation_id)]) void client.invalidateQueries({ queryKey })
    }
  }
  const path = (offer: Offer) => `/api/routing/offers/${offer.conversation_id}`
  return {
    isBusy,
    accept: async (offer: Offer) => {
      if (await settle(offer, () => api.post<Taken>(`${path(offer)}/accept`, {}))) navigate({ page: 'inbox', conversation: offer.conversation_id })
    },
    decline: (offer: Offer) => settle(offer, () => api.post(`${path(offer)}/decline`, {})),
  }
}
