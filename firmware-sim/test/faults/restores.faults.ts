import { playAll } from './play.ts'
import { restoreFaults } from './restore-faults.ts'

playAll(restoreFaults)
