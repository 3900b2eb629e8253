import { downChannels, topics, upChannels } from '@gatehouse/gateway/protocol'
import {
  endpoints,
  roles,
  serverEventAccess,
  uplinkTopics,
  type Endpoint,
  type EndpointAccess,
  type Role,
} from '@gatehouse/platform/contract'

const introduction = `# Who may do what

Generated from the contract (\`npm run docs\`). What is not listed is refused. A route without a declaration stops the platform from starting, an endpoint of the contract without one does not compile.

Role and scope count together: a role opens what the table says, the scope (\`street/community/compound\`) says where. Outside their scope nobody sees, hears, commands or changes anything, whatever their role.

Each cell is tested: endpoints and live events for every role inside and outside the scope (\`platform/test/permissions.test.ts\`, \`platform/test/realtime-permissions.test.ts\`), topics for the device or gateway itself and for every other (\`gateway/test/mqtt-permissions.test.ts\`, \`platform/test/uplink-permissions.test.ts\`).
`

const row = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
const head = (cells: readonly string[]) => [row(cells), row(cells.map(() => '---'))]

const mayUse = (access: EndpointAccess, role: Role) =>
  typeof access === 'object' ? access.includes(role) : access === 'signed-in' || access === 'public'

const cellsOf = (access: EndpointAccess) => roles.map((role) => (mayUse(access, role) ? '✓' : ''))

const others = (access: EndpointAccess) => (access === 'public' ? 'anybody' : access === 'gateway' ? 'gateway' : '')

const endpointRow = ({ method, url, access, audit }: Endpoint) =>
  row([`\`${method} ${url}\``, ...cellsOf(access), others(access), audit === 'none' ? '' : audit])

const byAddress = (a: Endpoint, b: Endpoint) => a.url.localeCompare(b.url) || a.method.localeCompare(b.method)

const topicRows = [
  ...upChannels.map((channel) => row([`\`${topics[channel]('{deviceId}')}\``, 'the device', 'nobody', 'gateway'])),
  ...downChannels.map((channel) => row([`\`${topics[channel]('{deviceId}')}\``, 'nobody', 'the device', 'gateway'])),
  row([`\`${uplinkTopics.up('{gatewayId}')}\``, 'the gateway', 'platform', 'platform']),
  row([`\`${uplinkTopics.down('{gatewayId}')}\``, 'platform', 'the gateway', 'platform']),
  row(['anything else, and every wildcard', 'nobody', 'nobody', 'both']),
]

export function permissionsPage(): string {
  return [
    introduction,
    '## Endpoints\n',
    ...head(['endpoint', ...roles, 'others', 'audit']),
    ...Object.values(endpoints).toSorted(byAddress).map(endpointRow),
    '',
    '## Live events (Socket.IO)\n',
    'People only listen. A connection needs a session and ends with it.\n',
    ...head(['event', ...roles]),
    ...Object.entries(serverEventAccess).map(([event, access]) => row([`\`${event}\``, ...cellsOf(access)])),
    '',
    '## MQTT topics\n',
    ...head(['topic', 'may publish', 'may subscribe', 'broker of the']),
    ...topicRows,
    '',
  ].join('\n')
}
