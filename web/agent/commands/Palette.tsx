import { Check, Search } from 'lucide-react'
import { useMemo, useState, useSyncExternalStore } from 'react'
import { type Translate, useT } from '../app/i18n'
import { Dialog } from '../ui/Dialog'
import { Keys } from '../ui/Tip'
import { useCombobox } from '../ui/useCombobox'
import { command } from './catalogue'
import { closePicker, currentPicker, matchOptions, openPicker, type Option, type PickerSpec, subscribePicker } from './picker'
import { availableCommands, runCommand, useCommands } from './registry'

/** Every command somebody on screen answers to, as a picker. */
function paletteSpec(t: Translate): PickerSpec {
  return {
    title: t('command.palette'),
    placeholder: t('palette.placeholder'),
    options: availableCommands()
      .filter((id) => id !== 'look.palette')
      .map((id) => {
        const { label, icon, keys, group } = command(id)
        return { id, label: t(label), icon, keys: keys?.[0], group: t(`group.${group}`), run: () => void runCommand(id) }
      }),
  }
}

/** Mounted once; shows whatever picker is open. */
export function Palette() {
  const t = useT()
  const open = useSyncExternalStore(subscribePicker, currentPicker)
  useCommands({ 'look.palette': () => openPicker(() => paletteSpec(t)) })
  const spec = open?.spec()
  return (
    <Dialog open={spec !== undefined} onClose={closePicker} title={spec?.title ?? ''} hideTitle>
      {spec && <Picker spec={spec} key={spec.title} />}
    </Dialog>
  )
}

function Picker({ spec }: { spec: PickerSpec }) {
  const t = useT()
  const [text, setText] = useState('')
  const [active, setActive] = useState(0)
  const options = useMemo(() => [...(spec.fromText?.(text) ?? []), ...matchOptions(spec.options, text)], [spec, text])
  const current = Math.min(active, options.length - 1)

  const choose = (option: Option | undefined) => {
    if (!option) return
    if (!spec.several) closePicker()
    option.run()
  }
  const { field, list, optionId } = useCombobox({ count: options.length, active: current, onActive: setActive, onEnter: () => choose(options[current]) })

  return (
    <>
      <div className="flex items-center gap-3 border-b border-line px-4">
        <Search size={16} className="shrink-0 text-ink-3" aria-hidden />
        <input
          // oxlint-disable-next-line jsx-a11y/no-autofocus -- the palette is opened to type in
          autoFocus
          {...field}
          aria-label={spec.title}
          placeholder={spec.placeholder}
          value={text}
          onChange={(event) => {
            setText(event.target.value)
            setActive(0)
          }}
          className="h-12 w-full min-w-0 bg-transparent text-thread outline-none placeholder:text-ink-3"
        />
      </div>
      <div {...list} aria-label={spec.title} aria-multiselectable={spec.several} className="min-h-0 overflow-y-auto p-1">
        {options.map((option, index) => (
          <Row
            key={option.id}
            id={optionId(index)}
            option={option}
            heading={text === '' && option.group !== options[index - 1]?.group ? option.group : undefined}
            active={index === current}
            onPoint={() => setActive(index)}
            onChoose={() => choose(option)}
          />
        ))}
        {options.length === 0 && <p className="px-3 py-6 text-center text-ink-3">{t('palette.nothing')}</p>}
      </div>
    </>
  )
}

type RowProps = { id: string; option: Option; heading?: string; active: boolean; onPoint: () => void; onChoose: () => void }

function Row({ id, option, heading, active, onPoint, onChoose }: RowProps) {
  const Icon = option.icon
  return (
    <>
      {heading && (
        <p role="presentation" className="px-3 pt-3 pb-1 text-secondary text-ink-3">
          {heading}
        </p>
      )}
      {/* oxlint-disable-next-line jsx-a11y/click-events-have-key-events -- the field above handles the keys (combobox pattern) */}
      <div
        id={id}
        role="option"
        tabIndex={-1}
        aria-selected={active}
        onMouseMove={onPoint}
        onClick={onChoose}
        className="flex min-h-9 items-center gap-3 rounded-control px-3 select-none aria-selected:bg-hover pointer-coarse:min-h-11"
      >
        {option.mark ?? (Icon && <Icon size={16} className="shrink-0 text-ink-3" aria-hidden />)}
        <span className="min-w-0 grow truncate">{option.label}</span>
        {option.hint && <span className="tabular shrink-0 text-secondary text-ink-3">{option.hint}</span>}
        {option.checked && <Check size={16} className="shrink-0 text-accent-ink" aria-hidden />}
        {option.keys && <Keys keys={option.keys} />}
      </div>
    </>
  )
}
