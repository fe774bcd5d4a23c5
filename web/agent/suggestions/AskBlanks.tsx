import { useT } from '../app/i18n'
import { Button } from '../ui/Button'
import { Dialog } from '../ui/Dialog'
import { blanksOf } from './blanks'

/** Asked before a reply with an unfilled blank leaves. */
export function AskBlanks(props: { text: string | null; onFill: () => void; onSend: () => void }) {
  const t = useT()
  const blanks = blanksOf(props.text ?? '')
  return (
    <Dialog open={props.text !== null} onClose={props.onFill} title={t('suggest.askTitle', { n: blanks.length })}>
      <div className="flex flex-col gap-4 px-6 pb-6">
        <p className="text-ink-2">{t('suggest.askText')}</p>
        <ul className="flex flex-wrap gap-2">
          {blanks.map((blank, index) => (
            <li key={index} className="blank">
              {blank}
            </li>
          ))}
        </ul>
        <div className="flex justify-end gap-2">
          <Button variant="plain" onClick={props.onSend}>
            {t('suggest.sendAnyway')}
          </Button>
          <Button variant="primary" onClick={props.onFill}>
            {t('suggest.fill')}
          </Button>
        </div>
      </div>
    </Dialog>
  )
}
