import { basename } from 'node:path'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** What takes minutes, the longest first; everything else takes less. */
const longest = ['week', 'storage', 'restores', 'networks', 'processes', 'kills'].map((name) => `${name}.faults.ts`)

const rankOf = ({ moduleId }: TestSpecification) => {
  const rank = longest.indexOf(basename(moduleId))
  return rank < 0 ? longest.length : rank
}

/** Begins with the files that take longest, so that none of them is left alone at the end. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files)
    const projects = sorted.map(({ project }) => project)
    const placeOf = ({ project }: TestSpecification) => projects.indexOf(project)
    return sorted.toSorted((a, b) => placeOf(a) - placeOf(b) || rankOf(a) - rankOf(b))
  }
}
