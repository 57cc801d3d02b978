#pragma once

#include <curl/curl.h>
#include <string.h>

// Swift cannot call functions with variable arguments; each kind of option has its own function here. The parentheses
// keep the header's type-checking macros away, which need a constant option.

static inline CURLcode gl_curl_set_long(CURL *handle, CURLoption option, long value) {
  return (curl_easy_setopt)(handle, option, value);
}

static inline CURLcode gl_curl_set_size(CURL *handle, CURLoption option, curl_off_t value) {
  return (curl_easy_setopt)(handle, option, value);
}

// The library copies the text.
static inline CURLcode gl_curl_set_text(CURL *handle, CURLoption option, const char *value) {
  return (curl_easy_setopt)(handle, option, value);
}

static inline CURLcode gl_curl_set_pointer(CURL *handle, CURLoption option, const void *value) {
  return (curl_easy_setopt)(handle, option, value);
}

// For the functions that receive a body, a header line, or provide a body.
static inline CURLcode gl_curl_set_data_function(
    CURL *handle, CURLoption option, size_t (*function)(char *, size_t, size_t, void *)) {
  return (curl_easy_setopt)(handle, option, function);
}

static inline CURLcode gl_curl_set_open_socket_function(
    CURL *handle, curl_socket_t (*function)(void *, curlsocktype, struct curl_sockaddr *)) {
  return (curl_easy_setopt)(handle, CURLOPT_OPENSOCKETFUNCTION, function);
}

// Only web addresses, or only mail servers.
static inline CURLcode gl_curl_allow_protocols(CURL *handle, int mail) {
#if LIBCURL_VERSION_NUM >= 0x075500
  return (curl_easy_setopt)(handle, CURLOPT_PROTOCOLS_STR, mail ? "smtp,smtps" : "http,https");
#else
  long allowed = mail ? CURLPROTO_SMTP | CURLPROTO_SMTPS : CURLPROTO_HTTP | CURLPROTO_HTTPS;
  return (curl_easy_setopt)(handle, CURLOPT_PROTOCOLS, allowed);
#endif
}

static inline CURLcode gl_curl_get_long(CURL *handle, CURLINFO info, long *value) {
  return (curl_easy_getinfo)(handle, info, value);
}

static inline CURLcode gl_curl_get_pointer(CURL *handle, CURLINFO info, void **value) {
  return (curl_easy_getinfo)(handle, info, value);
}

static inline CURLMcode gl_curl_multi_set_long(CURLM *handle, CURLMoption option, long value) {
  return (curl_multi_setopt)(handle, option, value);
}

// The next finished transfer and its result; NULL when there is none.
static inline CURL *gl_curl_multi_next_done(CURLM *handle, CURLcode *result) {
  int waiting = 0;
  CURLMsg *message;
  while ((message = curl_multi_info_read(handle, &waiting)) != NULL) {
    if (message->msg == CURLMSG_DONE) {
      *result = message->data.result;
      return message->easy_handle;
    }
  }
  return NULL;
}

static inline size_t gl_curl_write_pause_code(void) { return CURL_WRITEFUNC_PAUSE; }
static inline size_t gl_curl_read_pause_code(void) { return CURL_READFUNC_PAUSE; }
static inline size_t gl_curl_read_abort_code(void) { return CURL_READFUNC_ABORT; }
static inline long gl_curl_global_all(void) { return CURL_GLOBAL_ALL; }
