import { processFaults } from './process-faults.ts'
import { playAll } from './play.ts'

playAll(processFaults)
