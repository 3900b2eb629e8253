import { networkFaults } from './network-faults.ts'
import { playAll } from './play.ts'

playAll(networkFaults)
