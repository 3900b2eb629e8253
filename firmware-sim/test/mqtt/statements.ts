/**
 * kept: as the standard says. otherwise: on purpose not as the standard says. not offered: a part of the standard that
 * no client of ours needs. client: binds clients only. transport: binds WebSocket only.
 */
export type Verdict = 'kept' | 'otherwise' | 'not offered' | 'client' | 'transport'

export interface Statement {
  /** As in appendix B of the standard. */
  readonly id: string
  readonly says: string
  readonly verdict: Verdict
  /** The reason, of whatever is not kept. */
  readonly note: string
}

type Entry = readonly [id: string, says: string, note?: string]

const noQos2 = 'nothing is sent with QoS 2'
const noRetained = 'nobody subscribes to what devices retain: the house remembers the status itself'
const noOldCommands = 'a command that comes late is dangerous: it is sent now or refused, never kept and never repeated'
const platformHasNoSessions =
  'platform: no session outlives its connection, so that a gateway never finds an old command'

const kept: readonly Entry[] = [
  ['1.5.3-1', 'text is well-formed UTF-8 without surrogates; anything else closes the connection'],
  ['1.5.3-2', 'U+0000 in a text closes the connection'],
  ['1.5.3-3', 'a byte order mark is a character like others and is not skipped'],
  ['2.2.2-2', 'invalid header flags close the connection'],
  ['2.3.1-1', 'SUBSCRIBE, UNSUBSCRIBE and PUBLISH of QoS 1 and 2 have a packet id that is not 0'],
  ['2.3.1-2', 'a new packet gets a packet id that is not in use'],
  ['2.3.1-4', 'the same holds for a server that publishes'],
  ['2.3.1-5', 'PUBLISH of QoS 0 has no packet id'],
  ['2.3.1-6', 'PUBACK, PUBREC and PUBREL carry the packet id of their PUBLISH'],
  ['2.3.1-7', 'SUBACK and UNSUBACK carry the packet id of their request'],
  ['3.1.0-1', 'the first packet is CONNECT'],
  ['3.1.0-2', 'a second CONNECT closes the connection'],
  ['3.1.2-1', 'another protocol name is not processed', 'closed; MQTT 3.1 is answered with CONNACK 1 first'],
  ['3.1.2-2', 'another protocol level is answered with CONNACK 1 and closed'],
  ['3.1.2-3', 'the reserved connect flag is 0'],
  ['3.1.2-6', 'a clean session ends with its connection'],
  ['3.1.2-8', 'a will is published when the connection ends without DISCONNECT'],
  ['3.1.2-9', 'with the will flag there are a will topic and a will message'],
  ['3.1.2-10', 'a will is forgotten once it is published or DISCONNECT comes'],
  ['3.1.2-11', 'without the will flag there are neither'],
  ['3.1.2-12', 'without the will flag no will is published'],
  ['3.1.2-13', 'without the will flag its QoS is 0'],
  ['3.1.2-14', 'the QoS of a will is never 3'],
  ['3.1.2-15', 'without the will flag its RETAIN is 0'],
  ['3.1.2-16', 'a will without RETAIN is published as not retained'],
  ['3.1.2-18', 'without the user name flag there is no user name'],
  ['3.1.2-19', 'with the user name flag there is one'],
  ['3.1.2-20', 'without the password flag there is no password'],
  ['3.1.2-21', 'with the password flag there is one'],
  ['3.1.2-22', 'no password without a user name'],
  ['3.1.2-24', 'a client silent for one and a half times its keep-alive is disconnected'],
  [
    '3.1.3-2',
    'clients are told apart by client id',
    'gateway: by the device id that begins it, one session per device',
  ],
  ['3.1.3-3', 'the client id is the first field of the payload'],
  ['3.1.3-8', 'an empty client id with a lasting session is answered with CONNACK 2 and closed'],
  ['3.1.3-9', 'a client id that is rejected is answered with CONNACK 2 and closed'],
  ['3.1.4-1', 'a CONNECT that is not right is closed without an answer'],
  ['3.1.4-2', 'a client that connects again ends its earlier connection'],
  ['3.1.4-3', 'clean session is carried out'],
  ['3.1.4-4', 'a CONNECT that is right is answered with CONNACK 0'],
  ['3.1.4-5', 'after a refused CONNECT nothing is processed'],
  ['3.2.0-1', 'the first packet to a client is CONNACK'],
  ['3.2.2-1', 'a clean session has no session present'],
  ['3.2.2-3', 'without a stored session there is no session present'],
  ['3.2.2-4', 'a CONNACK that refuses has no session present'],
  ['3.2.2-5', 'a CONNACK that refuses is followed by the end of the connection'],
  ['3.3.1-2', 'DUP is 0 with QoS 0'],
  ['3.3.1-3', 'DUP of an incoming PUBLISH is not passed on'],
  ['3.3.1-4', 'QoS 3 closes the connection'],
  ['3.3.1-9', 'RETAIN is 0 in what goes to an established subscription'],
  ['3.3.2-1', 'the topic name comes first and is text'],
  ['3.3.2-2', 'a topic name has no wildcards'],
  ['3.3.2-3', 'the topic name of what is sent matches the subscription'],
  ['3.3.4-1', 'PUBLISH is answered as its QoS asks', 'platform: QoS 2 closes the connection, as 3.3.5-2 allows'],
  ['3.3.5-1', 'a message is delivered as the granted QoS asks'],
  ['3.3.5-2', 'a PUBLISH that is not allowed is acknowledged or closes the connection', 'it closes'],
  ['3.6.1-1', 'header flags of PUBREL are 2'],
  ['3.8.1-1', 'header flags of SUBSCRIBE are 2'],
  ['3.8.3-2', 'a server without wildcards refuses filters that have them', 'SUBACK 0x80'],
  ['3.8.3-3', 'SUBSCRIBE has at least one filter'],
  ['3.8.3-4', 'a requested QoS is 0, 1 or 2, its other bits are 0'],
  ['3.8.4-1', 'SUBSCRIBE is answered with SUBACK'],
  ['3.8.4-2', 'SUBACK has the packet id of SUBSCRIBE'],
  ['3.8.4-3', 'a subscription to the same filter replaces the earlier one'],
  ['3.8.4-4', 'several filters are handled like several SUBSCRIBEs and answered once'],
  ['3.8.4-5', 'SUBACK has a code for each filter'],
  ['3.8.4-6', 'a message goes out with the lower one of its QoS and the granted one'],
  ['3.9.3-1', 'codes of SUBACK are in the order of the filters'],
  ['3.9.3-2', 'codes of SUBACK are 0, 1, 2 or 0x80'],
  ['3.10.1-1', 'header flags of UNSUBSCRIBE are 2'],
  ['3.10.3-2', 'UNSUBSCRIBE has at least one filter'],
  ['3.10.4-1', 'filters of UNSUBSCRIBE are compared character by character'],
  ['3.10.4-2', 'after UNSUBSCRIBE no new message goes out'],
  ['3.10.4-3', 'after UNSUBSCRIBE what was begun is completed'],
  ['3.10.4-4', 'UNSUBSCRIBE is answered with UNSUBACK of the same packet id'],
  ['3.10.4-5', 'also when nothing was subscribed'],
  ['3.10.4-6', 'several filters are handled like several UNSUBSCRIBEs and answered once'],
  ['3.12.4-1', 'PINGREQ is answered with PINGRESP'],
  ['3.14.1-1', 'header flags of DISCONNECT are 0'],
  ['3.14.4-1', 'DISCONNECT ends the connection'],
  ['3.14.4-2', 'what follows DISCONNECT is not processed'],
  ['3.14.4-3', 'DISCONNECT takes the will away'],
  ['4.1.0-2', 'a session lasts at least as long as its connection'],
  ['4.3.1-1', 'QoS 0 is sent with QoS 0 and DUP 0'],
  ['4.3.2-1', 'QoS 1 is sent with a packet id that is not in use and DUP 0'],
  ['4.3.2-2', 'QoS 1 is acknowledged once owned', 'gateway: once it is on disk'],
  ['4.3.3-2', 'QoS 2 is taken once', 'gateway; the platform closes the connection'],
  ['4.5.0-1', 'a message is delivered to whoever subscribed to it'],
  ['4.6.0-3', 'PUBRECs go out in the order of the PUBLISHes', 'gateway'],
  ['4.6.0-5', 'every topic is ordered'],
  ['4.6.0-6', 'messages of a topic go out in their order'],
  ['4.7.1-1', 'wildcards are for filters only'],
  ['4.7.1-2', '# fills the last level of a filter'],
  ['4.7.1-3', '+ fills a whole level of a filter'],
  ['4.7.3-1', 'topics and filters have at least one character'],
  ['4.7.3-2', 'topics and filters have no U+0000'],
  ['4.7.3-4', 'topics are not normalised when they are compared'],
  ['4.8.0-1', 'a protocol violation closes the connection'],
  ['7.1.1-1', 'a server works over an ordered, lossless stream of bytes'],
]

const otherwise: readonly Entry[] = [
  ['3.1.2-4', 'a lasting session is kept and found again', `gateway: its subscriptions only. ${platformHasNoSessions}`],
  ['3.1.2-5', 'messages of QoS 1 and 2 are kept for a client that is away', noOldCommands],
  ['3.2.2-2', 'a stored session is announced as present', platformHasNoSessions],
  ['3.3.1-5', 'retained messages are stored', noRetained],
  ['4.1.0-1', 'session state is stored', `${noOldCommands}. ${platformHasNoSessions}`],
  ['4.4.0-1', 'what was not acknowledged is sent again to the next connection', noOldCommands],
  [
    '4.6.0-2',
    'PUBACKs go out in the order of the PUBLISHes',
    'kept, except that a message for which the disk has no room is left out; the device sends it again',
  ],
]

const notOffered: readonly Entry[] = [
  ['3.1.2-7', 'retained messages outlive sessions', noRetained],
  [
    '3.1.2-17',
    'a will with RETAIN is published as retained',
    'platform: refused with CONNACK 5. Gateway: ' + noRetained,
  ],
  [
    '3.1.3-5',
    'client ids of 1 to 23 letters and digits are allowed',
    'a client id must begin with the id of its device',
  ],
  ['3.1.3-6', 'an empty client id may be allowed', 'it is refused with CONNACK 2'],
  ['3.2.2-6', 'without a fitting code the connection is closed unanswered', 'there is a code for every refusal'],
  ['3.3.1-1', 'DUP is 1 in what is sent again', 'nothing is sent again'],
  ['3.3.1-6', 'a new subscription gets the retained message', noRetained],
  ['3.3.1-7', 'a retained message of QoS 0 replaces the earlier one', noRetained],
  ['3.3.1-8', 'RETAIN is 1 in what a new subscription gets', noRetained],
  ['3.3.1-10', 'an empty retained message removes the earlier one', noRetained],
  ['3.3.1-11', 'an empty retained message is not stored', noRetained],
  ['3.3.1-12', 'a message without RETAIN changes nothing that is retained', noRetained],
  ['4.3.3-1', 'QoS 2 is sent in four steps', noQos2],
  ['4.6.0-1', 'what is sent again keeps its order', 'nothing is sent again'],
  ['4.6.0-4', 'PUBRELs go out in the order of the PUBRECs', noQos2],
  ['4.7.2-1', 'wildcards do not match topics that begin with $', 'there are no subscriptions with wildcards'],
  [
    '4.8.0-2',
    'a transient error closes the connection',
    'gateway: while the disk is full a message stays without PUBACK and the connection stays, for the gate behind it ' +
      'must still be opened',
  ],
  ['7.0.0-1', 'a server that connects to other servers is a client, too', 'no bridges'],
]

const clients: readonly Entry[] = [
  ['2.2.2-1', 'reserved flags are sent as the table says', 'what our brokers send is written by mqtt-packet'],
  ['2.3.1-3', 'a packet that is sent again keeps its packet id'],
  ['3.1.2-23', 'a client sends something within its keep-alive'],
  ['3.1.3-1', 'fields of the payload come in their order', 'fields out of order are other fields: see 3.1.4-1'],
  ['3.1.3-4', 'the client id is text', 'checked: 1.5.3-1'],
  ['3.1.3-7', 'an empty client id goes with a clean session', 'checked: 3.1.3-8'],
  ['3.1.3-10', 'the will topic is text', 'checked: 1.5.3-1'],
  ['3.1.3-11', 'the user name is text', 'checked: 1.5.3-1'],
  ['3.8.3-1', 'filters of SUBSCRIBE are text', 'checked: 1.5.3-1'],
  ['3.10.3-1', 'filters of UNSUBSCRIBE are text', 'checked: 1.5.3-1'],
  ['4.5.0-2', 'a client acknowledges what it receives'],
  ['4.7.3-3', 'topics and filters have 65,535 bytes at most', 'their length has two bytes'],
  ['7.0.0-2', 'no extension of the standard is required'],
  ['7.1.2-1', 'a client works over an ordered, lossless stream of bytes'],
]

const transport: readonly Entry[] = [
  ['6.0.0-1', 'MQTT over WebSocket travels in binary frames'],
  ['6.0.0-2', 'packets need not end with frames'],
  ['6.0.0-3', 'a client offers the subprotocol mqtt'],
  ['6.0.0-4', 'a server selects the subprotocol mqtt'],
]

const as = (verdict: Verdict, entries: readonly Entry[]): Statement[] =>
  entries.map(([id, says, note = '']) => ({ id: `MQTT-${id}`, says, verdict, note }))
const numbersOf = ({ id }: Statement) => id.split(/[-.]/).slice(1).map(Number)

/** All normative statements of MQTT 3.1.1, in the order of its appendix B. */
export const statements: readonly Statement[] = [
  ...as('kept', kept),
  ...as('otherwise', otherwise),
  ...as('not offered', notOffered),
  ...as('client', clients),
  ...as('transport', transport),
].sort((a, b) => {
  const [left, right] = [numbersOf(a), numbersOf(b)]
  const at = left.findIndex((number, index) => number !== right[index])
  return (left[at] ?? 0) - (right[at] ?? 0)
})
