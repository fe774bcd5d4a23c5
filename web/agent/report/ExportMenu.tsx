import { Download } from 'lucide-react'
import { withQuery } from '../api/client'
import { useT } from '../app/i18n'
import { Button } from '../ui/Button'
import { Menu, MenuGroup, MenuItem } from '../ui/Menu'
import { type Drill, ownZone, type ReportState, storedState } from './state'

const FORMATS = ['csv', 'xlsx', 'json'] as const
type What = 'report' | 'series' | 'breakdown' | 'cases'

/** The page as a file. The browser fetches it like a page of ours: signed in, named by the server. */
export function ExportMenu({ what, state, page, drill }: { what: What; state: ReportState; page: 'overview' | 'breakdown'; drill?: Drill }) {
  const t = useT()
  const download = (kind: What, format: string) => {
    const report = JSON.stringify({ ...storedState(state, page), zone: state.zone || ownZone() })
    const more = drill ? { by: drill.by, key: drill.key, waiting: drill.waiting } : {}
    const link = document.createElement('a')
    link.href = withQuery('/api/reports/export', { what: kind, format, report, ...more })
    link.download = ''
    link.click()
  }
  const kinds: What[] = what === 'report' ? ['report', 'series'] : [what]
  return (
    <Menu
      align="end"
      trigger={
        <Button>
          <Download size={15} aria-hidden />
          {t('reports.export')}
        </Button>
      }
    >
      {kinds.map((kind) => (
        <MenuGroup key={kind} label={t(`reports.export.${kind}`)}>
          {FORMATS.map((format) => (
            <MenuItem key={format} label={format.toUpperCase()} onSelect={() => download(kind, format)} />
          ))}
        </MenuGroup>
      ))}
    </Menu>
  )
}
