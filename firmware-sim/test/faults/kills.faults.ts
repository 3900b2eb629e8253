import { playAll } from './play.ts'
import { killFaults } from './process-faults.ts'

playAll(killFaults)
