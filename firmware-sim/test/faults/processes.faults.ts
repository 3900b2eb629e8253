import { playAll } from './play.ts'
import { outageFaults } from './process-faults.ts'

playAll(outageFaults)
