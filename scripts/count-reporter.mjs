// @ts-check
/**
 * Ends vitest's output on `N passed, N failed`, the line that `.ci/run` adds up. A test that several projects run, as those
 * of `spec/sessions` run on Express and on the fetch API, is one behaviour: it counts once, and fails if one run fails.
 */
export default class CountReporter {
  /** @type {NonNullable<import('vitest/node').Reporter['onTestRunEnd']>} */
  onTestRunEnd = (modules, unhandled) => {
    /** @type {Map<string, Set<string>>} the results of a test, by its file and its full name */
    const results = new Map();
    for (const module of modules) {
      const seen = new Map();
      for (const test of module.children.allTests()) {
        // tests of one file may share a name, and are several all the same
        const name = `${module.moduleId} > ${test.fullName}`;
        const nth = (seen.get(name) ?? 0) + 1;
        seen.set(name, nth);
        const key = `${name} ${nth}`;
        results.set(key, (results.get(key) ?? new Set()).add(test.result().state));
      }
    }
    const behaviours = [...results.values()];
    const failed = behaviours.filter((states) => states.has('failed')).length;
    const passed = behaviours.filter((states) => states.has('passed') && !states.has('failed')).length;
    // a file that does not load, or a suite whose hook fails, has no failed test to show for it
    const suites = modules.flatMap((module) => [module, ...module.children.allSuites()]);
    const broken = suites.filter((suite) => suite.errors().length > 0).length + unhandled.length;
    const skipped = behaviours.length - passed - failed;
    if (skipped > 0) console.log(`${skipped} skipped`);
    console.log(`${passed} passed, ${failed + broken} failed`);
  };
}
