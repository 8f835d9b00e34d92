"""What a process takes: memory, descriptors, threads, children. None of it may grow while a house only works."""

from dataclasses import dataclass, field

import psutil

from soak.errors import hold

RSS_GROWTH_MIB = 40
FD_GROWTH = 12
THREAD_GROWTH = 8


@dataclass(frozen=True, slots=True)
class Sample:
    """One look at a process."""

    rss_mib: float
    fds: int
    threads: int
    zombies: int


@dataclass(slots=True)
class Watch:
    """Looks at one process from time to time."""

    process: psutil.Process
    samples: list[Sample] = field(default_factory=list)

    def look(self) -> Sample:
        """Take a sample."""
        with self.process.oneshot():
            rss, threads = self.process.memory_info().rss / 2**20, self.process.num_threads()
            fds = self.process.num_fds()
        zombies = sum(child.status() == psutil.STATUS_ZOMBIE for child in self.process.children(recursive=True))
        self.samples.append(Sample(round(rss, 1), fds, threads, zombies))
        return self.samples[-1]

    def check(self, first: Sample, last: Sample) -> None:
        """Compare two samples of a house at rest."""
        hold(last.zombies == 0, "children are left behind", last)
        hold(last.fds <= first.fds + FD_GROWTH, "descriptors grow", first, last)
        hold(last.threads <= first.threads + THREAD_GROWTH, "threads grow", first, last)
        hold(last.rss_mib <= first.rss_mib + RSS_GROWTH_MIB, "memory grows", first, last)
