// @ts-check
/** Ends vitest's output on `N passed, N failed`, the line that `.ci/run` adds up. */
export default class CountReporter {
  /** @type {NonNullable<import('vitest/node').Reporter['onTestRunEnd']>} */
  onTestRunEnd = (modules, unhandled) => {
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    const count = (/** @type {string} */ state) => tests.filter((test) => test.result().state === state).length;
    // a file that does not load, or a suite whose hook fails, has no failed test to show for it
    const suites = modules.flatMap((module) => [module, ...module.children.allSuites()]);
    const broken = suites.filter((suite) => suite.errors().length > 0).length + unhandled.length;
    const skipped = tests.length - count('passed') - count('failed');
    if (skipped > 0) console.log(`${skipped} skipped`);
    console.log(`${count('passed')} passed, ${count('failed') + broken} failed`);
  };
}
