import { clockFaults } from './clock-faults.ts'
import { playAll } from './play.ts'

playAll(clockFaults)
