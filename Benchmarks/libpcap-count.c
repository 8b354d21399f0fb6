// SPDX-License-Identifier: Apache-2.0
// What libpcap costs by itself, for Benchmarks/run: takes frames from an interface as `sekisho monitor` does, and only
// counts them. It reads a byte of each 64, so that fetching a frame from the kernel's ring is counted here.
// cc -O2 libpcap-count.c -lpcap -o libpcap-count; libpcap-count INTERFACE. Ctrl-C ends it, and it prints the number.
#include <pcap/pcap.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>

static volatile sig_atomic_t ended;
static volatile unsigned char seen;

static void end(int number) { (void)number; ended = 1; }

int main(int count, char **arguments) {
  char message[PCAP_ERRBUF_SIZE] = "usage: libpcap-count INTERFACE";
  pcap_t *handle = count == 2 ? pcap_create(arguments[1], message) : NULL;
  if (handle == NULL) return fprintf(stderr, "%s\n", message), 64;
  // The same as in Sources/Capture/LiveInterface.swift.
  pcap_set_promisc(handle, 1);
  pcap_set_snaplen(handle, 262144);
  pcap_set_buffer_size(handle, 64 << 20);
  pcap_set_timeout(handle, 100);
  pcap_set_tstamp_precision(handle, PCAP_TSTAMP_PRECISION_NANO);
  if (pcap_activate(handle) < 0 || pcap_setnonblock(handle, 1, message) != 0) return pcap_perror(handle, "pcap"), 74;
  signal(SIGINT, end);
  fprintf(stderr, "listening on %s\n", arguments[1]);

  unsigned long frames = 0;
  unsigned char sum = 0;
  struct pollfd descriptor = {.fd = pcap_get_selectable_fd(handle), .events = POLLIN};
  while (!ended) {
    struct pcap_pkthdr *header;
    const unsigned char *data;
    int result = pcap_next_ex(handle, &header, &data);
    if (result < 0) return pcap_perror(handle, "pcap"), 74;
    if (result == 0) {
      poll(&descriptor, 1, 100);
      continue;
    }
    for (unsigned place = 0; place < header->caplen; place += 64) sum += data[place];
    frames++;
  }
  seen = sum;
  printf("%lu\n", frames);
  pcap_close(handle);
  return 0;
}
