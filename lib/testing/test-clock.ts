/** Runs a function while this process's clock shows a certain time, and restores the clock afterwards in any case. */
export async function at<Result>(moment: number, act: () => Promise<Result>): Promise<Result> {
  const { now } = Date;
  Date.now = () => moment;
  try {
    return await act();
  } finally {
    Date.now = now;
  }
}
